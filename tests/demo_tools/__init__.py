"""Tools that only tests know, one for each way in which a face can be used: an app of its own, so that a real process
started with `tests.demo_tools.settings` has them as well."""
