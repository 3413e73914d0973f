"""Sending failed texts once more: which may, why the others may not, and what that costs by then."""
