"""What countries ask of a marketing text, as data with its sources, and whether a text holds it."""
