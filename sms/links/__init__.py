"""Short links of our own: where they may lead, codes, the redirect, who clicked, and opting out by link."""
