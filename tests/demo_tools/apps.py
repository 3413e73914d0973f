from django.apps import AppConfig


class DemoTools(AppConfig):
    name = "tests.demo_tools"
    label = "demo_tools"

    def ready(self) -> None:
        """For a process that has only these tools; the approvals have found them by now."""
        from approvals.registry import registry

        registry.tools = {tool.name: tool for tool in registry if tool.family == "demo"}
