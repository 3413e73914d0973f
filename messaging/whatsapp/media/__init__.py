"""Files: what may be sent, how they are checked, kept and shown, and how they get to Meta and from it."""
