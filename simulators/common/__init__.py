"""What every pretend provider has: things that happen later, chance, a journal, posts to webhooks, a side door."""
