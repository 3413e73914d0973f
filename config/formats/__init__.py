"""How dates are written at the desk, where Django's own way could be misread."""
