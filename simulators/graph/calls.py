"""One call to the Graph API, read off the wire, and who may make it."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from simulators.common.side_door import json_object
from simulators.graph.errors import GraphError
from simulators.graph.world import World

VERSION = re.compile(r"^/v\d+\.\d+(?=/)")
SECRET_FIELDS = ("access_token", "input_token", "appsecret_proof", "pin")
BYTES = ("application/octet-stream", "")  # content types under which a body is not looked into


@dataclass(slots=True)
class Call:
    """A request after its version prefix: `/{node}` or `/{node}/{edge}`.

    `body` is the JSON object or the form's text fields, `files` the form's files. `verdict` is what the journal will
    say was decided. `lost_after` seconds, when set, the connection is closed instead of answered.
    """

    method: str
    node: str
    edge: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: dict[str, Any]
    raw: bytes
    now: float
    files: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)
    verdict: dict[str, Any] = field(default_factory=dict)
    lost_after: float | None = None

    def parameter(self, name: str) -> str:
        """A parameter of a management call, which Meta takes from the query and the body alike."""
        value = self.body.get(name, self.query.get(name, ""))
        return value if isinstance(value, str) else str(value)


async def read_call(request: Request, now: float) -> Call:
    """Read everything. A body that is not what its type says is an empty one, as at Meta."""
    node, _, edge = VERSION.sub("", request.url.path).lstrip("/").partition("/")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    call = Call(request.method, node, edge, request.query_params, request.headers, {}, b"", now)
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        async with request.form() as form:
            for name, value in form.items():
                if isinstance(value, UploadFile):
                    call.files[name] = (value.filename or "", value.content_type or "", await value.read())
                else:
                    call.body[name] = value
        return call
    call.raw = await request.body()
    if kind not in BYTES:
        call.body = json_object(call.raw)
    return call


def authorise(world: World, call: Call) -> None:
    """Refuse a call without the right token; `Bearer` and `OAuth` are both taken."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() not in ("bearer", "oauth"):
        given = call.query.get("access_token", "")
    if not given.strip():
        raise GraphError(104, text="An access token is required to request this resource.")
    token = token_for(world, call)
    if not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise GraphError(190, text="Invalid OAuth access token - Cannot parse access token")
    if world.misbehaviour.token_expired:
        text = "Error validating access token: Session has expired"
        raise GraphError(190, subcode=463, text=text)
    _check_proof(world, call, token)


def token_for(world: World, call: Call) -> str:
    """The token a call must show: the system user's, or the app's own for the app's subscriptions."""
    account = world.account
    own = call.node == account.app_id and call.edge == "subscriptions"
    return f"{account.app_id}|{account.app_secret}" if own else account.token


def _check_proof(world: World, call: Call, token: str) -> None:
    """`appsecret_proof`, when it is given, must be the token's HMAC under the app's secret."""
    if given := call.query.get("appsecret_proof"):
        secret = world.account.app_secret.encode()
        if not hmac.compare_digest(
            hmac.new(secret, token.encode(), hashlib.sha256).hexdigest().encode(), given.encode()
        ):
            text = "Invalid appsecret_proof provided in the API argument"
            raise GraphError(100, text=text, kind="GraphMethodException")


def for_journal(call: Call) -> dict[str, Any]:
    """The request as the journal keeps it: without secrets and without the bytes of files."""
    path = f"/{call.node}/{call.edge}" if call.edge else f"/{call.node}"
    facts: dict[str, Any] = {"method": call.method, "path": path, "authorisation": _masked(call.headers)}
    if call.query:
        facts["query"] = {name: "***" if name in SECRET_FIELDS else text for name, text in call.query.items()}
    if call.body:
        facts["body"] = {name: "***" if name in SECRET_FIELDS else value for name, value in call.body.items()}
    elif call.raw:
        facts["raw_bytes"] = len(call.raw)
    if call.files:
        facts["files"] = [[name, filename, mime, len(data)] for name, (filename, mime, data) in call.files.items()]
    return facts


def _masked(headers: Mapping[str, str]) -> str:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return f"{scheme} ***" if given else ""
