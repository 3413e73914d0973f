"""The MCP server with one more tool that does nothing: `python -m benchmarks.mcp_server_with_empty_tool PORT`."""

import os
import sys

import django


def main(port: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    from approvals.contracts import Answer, Ask
    from approvals.registry import Call, Kind, tool

    class Nothing(Ask):
        """No arguments."""

    class Empty(Answer):
        """No answer."""

    @tool("bench.empty", kind=Kind.READ, scope="whatsapp:read")
    def empty(call: Call, ask: Nothing) -> Empty:
        """Do nothing."""
        return Empty()

    call_command("mcp", "--http", "--port", str(port))


if __name__ == "__main__":
    main(int(sys.argv[1]))
