"""The words of texts: reusable templates, and whether a copy fits before anybody is asked to send it."""
