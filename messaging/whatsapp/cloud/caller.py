"""What the calls of every noun share: confirmation, paging, and bodies that are checked before they leave."""

from collections.abc import Iterator
from typing import Any, TypeVar

import requests
from pydantic import BaseModel, ConfigDict

from messaging.whatsapp import answers
from messaging.whatsapp.graph import Address, Credentials, Graph, GraphError

Listed = TypeVar("Listed", bound=answers.Answer)
PAGES_LIMIT = 1000


class Asked(BaseModel):
    """A request body. Meta's limits are checked here, so a ValidationError costs no call; it shows no values."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def body(self) -> dict[str, Any]:
        """As JSON, without what was not given."""
        return self.model_dump(mode="json", exclude_none=True, exclude_unset=True)


class Caller:
    """One account's calls over a session that accounts and threads share."""

    def __init__(self, credentials: Credentials, address: Address, session: requests.Session) -> None:
        self._graph = Graph(credentials, address, session)
        self._credentials = credentials
        self._address = address
        self._session = session

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._graph!r}>"

    def _confirm(self, method: str, path: str, **request: Any) -> None:
        _want(self._graph.ask(answers.Done, method, path, **request))

    def _confirm_as_app(self, app_id: str, method: str, path: str, **request: Any) -> None:
        """The same with the app's own token: Meta takes no account's token for what concerns the app."""
        secret = self._credentials.app_secret
        if not secret:
            raise ValueError("The account has no app secret; set it, Meta wants it for calls of the app.")
        app = Graph(Credentials(f"{app_id}|{secret}", secret), self._address, self._session)
        _want(app.ask(answers.Done, method, path, **request))

    def _pages(self, page: type[answers.Page[Listed]], path: str, params: dict[str, str]) -> Iterator[Listed]:
        """Follow the cursors, never the `next` link: it carries the token. Stops at a cursor that comes again."""
        seen: set[str] = set()
        for _turn in range(PAGES_LIMIT):
            found = self._graph.ask(page, "GET", path, params=params)
            yield from found.data
            after = found.paging.cursors.after
            if not (found.paging.next and after) or after in seen:
                return
            seen.add(after)
            params = params | {"after": after}


def _want(done: answers.Done) -> None:
    if not done.success:
        raise GraphError(None, "Meta did not confirm the change", "success was not true")
