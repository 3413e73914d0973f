"""The agent: the official MCP SDK's client over streamable HTTP, with its key as the bearer."""

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import httpx2
from anyio.from_thread import start_blocking_portal
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

Answer = dict[str, Any]
PATIENCE = 60.0  # seconds; an import's preview reads the whole file


class ToolRefused(Exception):
    """The tool said no. `reasons` are dicts with code, text, fix and perhaps field."""

    def __init__(self, tool: str, reasons: list[dict[str, str]]) -> None:
        self.tool, self.reasons = tool, reasons
        super().__init__(f"{tool}: " + "; ".join(f"{one['code']}: {one['text']}" for one in reasons))

    @property
    def code(self) -> str:
        return self.reasons[0]["code"]


class AgentClient:
    """One session with the MCP server, for a program that is not asynchronous."""

    def __init__(self, address: str, key: str) -> None:
        self.address, self.key = address, key
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._portal = self._stack.enter_context(start_blocking_portal())
        line = httpx2.AsyncClient(headers={"Authorization": f"Bearer {self.key}"}, timeout=PATIENCE, trust_env=False)
        self._stack.enter_context(self._portal.wrap_async_context_manager(line))
        client = Client(streamable_http_client(f"{self.address}/mcp", http_client=line), read_timeout_seconds=PATIENCE)
        self._client = self._stack.enter_context(self._portal.wrap_async_context_manager(client))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def tools(self) -> list[str]:
        """The wire names of what this agent is offered."""
        return [tool.name for tool in self._portal.call(self._client.list_tools).tools]

    def use(self, tool: str, **arguments: Any) -> Answer:
        """The envelope of a tool's answer. Raises ToolRefused with every reason."""
        try:
            result = self._portal.call(self._client.call_tool, tool.replace(".", "_"), arguments)
        except MCPError as error:
            raise ToolRefused(tool, [{"code": "unknown_tool", "text": str(error), "fix": ""}]) from None
        content = result.structured_content or {}
        if result.is_error:
            raise ToolRefused(
                tool, content.get("reasons") or [{"code": "error", "text": str(result.content), "fix": ""}]
            )
        return content
