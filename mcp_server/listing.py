"""What an agent is shown: the tools it can use, in the order of their names, on one page unless a page size is set."""

import base64
import binascii
from collections.abc import Sequence

from django.conf import settings
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, ListToolsResult
from mcp_types import Tool as Declaration


def page(declarations: Sequence[Declaration], cursor: str | None) -> ListToolsResult:
    """The page after `cursor`. The cursor names the last tool of the page before, so that it outlives a restart."""
    after = _name_in(cursor) if cursor else ""
    rest = [one for one in declarations if one.name > after]
    size = settings.MCP_PAGE_SIZE or len(rest)
    shown = rest[:size]
    return ListToolsResult(tools=shown, next_cursor=_cursor(shown[-1].name) if len(rest) > size else None)


def _cursor(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _name_in(cursor: str) -> str:
    try:
        return base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True).decode("ascii")
    except (UnicodeError, binascii.Error):
        raise MCPError(INVALID_PARAMS, "This cursor is not one of ours. Begin the list again without one.") from None
