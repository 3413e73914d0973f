"""What the shop reports over REST: conversions, refunds, events. Idempotent by the shop's own ids."""
