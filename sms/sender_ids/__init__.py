"""Sender IDs: applied for with papers, judged, decided on by people after the regulator."""
