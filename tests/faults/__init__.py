"""Faults done to a real stack: `python -m tests.faults`, described in docs/faults.md."""
