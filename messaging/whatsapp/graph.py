"""One exchange with the Graph API: the request as bytes, the answer free of our secrets, or how it went wrong."""

import re
import time
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import orjson
import requests
from django.utils.functional import Promise
from pydantic import BaseModel, ValidationError
from urllib3.exceptions import HTTPError

from messaging.carriers import Retry
from messaging.whatsapp.cloud.credentials import Address, Bearer, Credentials
from messaging.whatsapp.errors import TEMPLATE_SUBCODES, UNLISTED, GraphFault, fault_in, row
from messaging.wire import NotSent, ask

__all__ = ["UPLOAD_SECONDS", "Address", "AnswerLost", "Credentials", "Graph", "GraphError", "node"]

Parsed = TypeVar("Parsed", bound=BaseModel)
_NODE = re.compile(r"[A-Za-z0-9_]{1,64}")
UPLOAD_SECONDS = 120.0


class AnswerLost(Exception):
    """Bytes left and no whole answer came back: what it did at Meta is not known."""


class GraphError(Exception):
    """A management call did not succeed. `retry` says whether it may have had its effect all the same (unsure)."""

    def __init__(
        self,
        code: int | None,
        title: str,
        details: str,
        *,
        subcode: int | None = None,
        http_status: int | None = None,
        fbtrace_id: str = "",
        retry: Retry = Retry.UNSURE,
        do: str | Promise = "",
    ) -> None:
        super().__init__(f"{code if code is not None else title}: {details}")
        self.code = code
        self.title = title
        self.details = details
        self.subcode = subcode
        self.http_status = http_status
        self.fbtrace_id = fbtrace_id
        self.retry = retry
        self.do = do


def node(identifier: str) -> str:
    """An id that is safe in a path. Raises ValueError for anything that could lead elsewhere."""
    if not _NODE.fullmatch(identifier):
        raise ValueError(f"{identifier[:64]!r} is not an id of the Graph API: letters, digits and _ only.")
    return identifier


class Graph:
    """Exchanges requests of one account over a shared session."""

    def __init__(self, credentials: Credentials, address: Address, session: requests.Session) -> None:
        self._credentials = credentials
        self._address = address
        self._session = session
        self._proof = credentials.proof

    def __repr__(self) -> str:
        return f"<Graph {self._address.url('')}>"

    def exchange(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        auth_kind: str = "Bearer",
        read_seconds: float | None = None,
        **parts: Any,
    ) -> tuple[int, bytes]:
        """Status and body of the answer, without our secrets. Raises `NotSent` or `AnswerLost`."""
        request = self._prepare(method, path, params, body, auth_kind, parts)
        timeout = (self._address.connect_seconds, read_seconds or self._address.read_seconds)
        try:
            answer = self._session.send(request, timeout=timeout, allow_redirects=False)
        except NotSent:
            raise
        except (requests.RequestException, HTTPError, OSError) as error:
            raise AnswerLost(type(error).__name__) from None  # its text carries the URL with our proof
        return answer.status_code, self._credentials.strip_from(answer.content)

    def post_json(self, path: str, body: Any) -> tuple[int, bytes]:
        """The same for a JSON body, along the short way that messages go. Raises `NotSent` or `AnswerLost`.

        Raises TypeError for what is not JSON, before anything has left.
        """
        content, address = orjson.dumps(body), self._address
        url = address.url(path)
        if self._proof:
            url = f"{url}?appsecret_proof={self._proof}"
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._credentials.access_token}"}
        try:
            answer = ask(self._session, "POST", url, content, headers, address.connect_seconds, address.read_seconds)
        except NotSent:
            raise
        except (HTTPError, OSError) as error:
            raise AnswerLost(type(error).__name__) from None
        return answer.status, self._credentials.strip_from(answer.body)

    def download(self, url: str, most_bytes: int, seconds: float) -> bytes:
        """What lies at an address that the caller has found to be Meta's, within so many seconds, nowhere else.

        Raises `NotSent`, `AnswerLost`, and GraphError for every answer but the bytes, `too_large` among them.
        """
        until, content = time.monotonic() + seconds, bytearray()
        timeout = (self._address.connect_seconds, self._address.read_seconds)
        auth = Bearer(self._credentials.access_token, "Bearer")
        request = requests.Request("GET", url, auth=auth, headers={"Accept-Encoding": "identity"})
        try:
            prepared = self._session.prepare_request(request)
            with self._session.send(prepared, timeout=timeout, allow_redirects=False, stream=True) as answer:
                if answer.status_code != HTTPStatus.OK:
                    what = f"HTTP {answer.status_code} instead of a file"
                    raise GraphError(None, "Meta gave no file", what, http_status=answer.status_code)
                for piece in answer.iter_content(1 << 16):
                    content += piece
                    if len(content) > most_bytes:
                        raise GraphError(None, "too_large", f"more than {most_bytes} bytes", retry=Retry.PERMANENT)
                    if time.monotonic() > until:
                        raise AnswerLost("too slow")
        except NotSent:
            raise
        except (requests.RequestException, HTTPError, OSError) as error:
            raise AnswerLost(type(error).__name__) from None
        return bytes(content)

    def _prepare(
        self, method: str, path: str, params: Mapping[str, str] | None, body: Any, auth_kind: str, parts: dict[str, Any]
    ) -> requests.PreparedRequest:
        query = dict(params or {})
        if self._proof:
            query["appsecret_proof"] = self._proof
        if body is not None:
            parts = parts | {"data": orjson.dumps(body), "headers": {"Content-Type": "application/json"}}
        auth = Bearer(self._credentials.access_token, auth_kind)
        try:
            request = requests.Request(method, self._address.url(path), params=query, auth=auth, **parts)
            return self._session.prepare_request(request)
        except requests.RequestException as error:
            raise NotSent(type(error).__name__) from None

    def ask(
        self, answer: type[Parsed], method: str, path: str, *, partly: Collection[int] = (), **request: Any
    ) -> Parsed:
        """The parsed answer to a management call. Raises `GraphError` for everything else.

        `partly` are the error codes under which a part was done all the same: the answer then says which.
        """
        try:
            status, body = self.exchange(method, path, **request)
        except NotSent as error:
            raise GraphError(None, "Meta could not be reached", str(error), retry=Retry.NOT_ATTEMPTED) from None
        except AnswerLost as error:
            raise GraphError(None, "Meta's answer was lost", str(error)) from None
        if not 200 <= status < 300:
            fault = fault_in(body)
            if fault is None or fault.code not in partly:
                raise _error(status, fault)
        try:
            return answer.model_validate_json(body)
        except ValidationError as error:
            what = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:3])
            raise GraphError(None, "Meta's answer could not be read", what, http_status=status) from None


def _error(status: int, fault: GraphFault | None) -> GraphError:
    if fault is None:
        return GraphError(None, UNLISTED.title, f"HTTP {status} without an error of the Graph API", http_status=status)
    known = row(fault.code)
    return GraphError(
        fault.code,
        fault.error_user_title or known.title,
        fault.details or known.title,
        subcode=fault.error_subcode,
        http_status=status,
        fbtrace_id=fault.fbtrace_id,
        retry=known.retry,
        do=TEMPLATE_SUBCODES.get(fault.error_subcode or 0, known.do),
    )
