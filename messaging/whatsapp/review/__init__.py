"""A template's way to Meta: previewed with what Meta would say, kept as a draft, submitted after approval, reviewed."""
