"""Message templates: their definition, Meta's rules, Meta's JSON, filling them in, and what the phone shows."""
