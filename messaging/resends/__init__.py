"""Sending again to people whose outcome nobody knows. Only by a countersigned request that names every attempt."""
