"""Any gateway that takes texts over HTTP, described by configuration instead of code."""
