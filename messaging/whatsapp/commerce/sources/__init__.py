"""Where products are known from: the organisation's own entries, or a system of the shop that is asked over REST."""
