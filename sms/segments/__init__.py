"""Segments for texts: whom a rule would reach, who is left out and why, and what a text to them costs."""
