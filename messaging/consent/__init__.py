"""Who agreed to what, and who said no. Evidence is only ever added; a no counts at once, everywhere."""
