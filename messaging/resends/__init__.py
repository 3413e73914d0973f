"""Sending again to people who did not get it, or of whom nobody knows. Only by a countersigned request that names every
attempt.
"""
