"""Telling people of the organisation by mail that something wants their eyes."""
