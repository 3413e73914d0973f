"""Traditional Chinese as business in Hong Kong writes it: thousands apart. Django groups by four, without a mark."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
