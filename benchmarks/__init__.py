"""What the performance claims stand on. Each benchmark is a ratio to a limit that is measured in the same run."""
