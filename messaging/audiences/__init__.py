"""Freezing who is meant: every person of a segment with a verdict, a language, an address, variables and a price."""
