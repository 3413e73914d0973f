"""One-time passwords: texts of their own, limits that nobody passes, codes that nobody but their person reads."""
