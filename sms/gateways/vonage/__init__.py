"""Vonage: the Messages API, and receipts of the older SMS API."""
