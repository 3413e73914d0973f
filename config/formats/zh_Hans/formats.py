"""Simplified Chinese: thousands apart, as in accounts. Django groups by four, without a mark."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
