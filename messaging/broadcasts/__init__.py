"""A WhatsApp broadcast: previewed with its exclusions and cost, drafted, scheduled by countersignature."""
