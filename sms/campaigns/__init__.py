"""Campaigns: from a draft over a frozen contract to a send, and what became of it."""
