"""The OpenAPI document: one path a tool, from the registry, and one an address that a view declares of itself.

drf-spectacular gives the frame, knows the addresses, and checks what came out.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from rest_framework.request import Request

from accounts.actor import Actor
from approvals.describing import (
    ToolDescription,
    approval_in_words,
    description_of,
    reads_first,
    safety_of,
    summary_of,
)
from approvals.envelope import envelope_of
from approvals.registry import Kind, Tool, registry
from approvals.rest.declared import Declared
from approvals.rest.problems import MEDIA_TYPE, Problem
from approvals.schemas import without_titles
from approvals.toolsets import offered_to

Document = dict[str, Any]
_Models = dict[tuple[Any, JsonSchemaMode], Document]

_SECURITY = {
    "agentKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "An agent's key, `cs_...`: `manage.py agent_key` makes one.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-session",
        "description": "Somebody signed in at the desk. Send the CSRF token in the header X-CSRFToken as well. "
        "Without HTTPS the cookie is called `session`.",
    },
}
_PROBLEMS = {
    "400": "An argument is wrong, or the body is not one JSON object",
    "401": "No key, or one that is unknown or disabled",
    "403": "The scope is missing, a policy forbids it, or the CSRF token is missing",
    "404": "No such tool, preview or row; somebody else's is as unknown as none",
    "409": "The preview or version has moved on, or the idempotency key stands for other arguments",
    "411": "The header Content-Length is missing",
    "413": "The body is larger than 20 MB",
    "415": "The body is not JSON",
    "422": "The gate says no: every reason is told",
    "429": "The budget of the day is used up",
    "500": "Something broke off on our side; the reference finds it in the log",
}
# What every address that takes a body may say no with; what it refuses beyond is its own to declare.
_WITH_A_BODY = ("400", "401", "403", "411", "413", "415", "500")


def document(request: Request | None = None) -> Document:
    """The whole document: all tools and addresses, or those that whoever made the request can use."""
    made: Document = SchemaGenerator().get_schema(request=request, public=True)  # type: ignore[no-untyped-call]
    return made


def add_tools(result: Document, generator: SchemaGenerator, request: Request | None, public: bool) -> Document:
    """The postprocessing hook that the settings name."""
    actor = request.auth if request is not None and isinstance(request.auth, Actor) else None
    tools = list(registry) if actor is None else offered_to(actor)
    declared = {path: one for path, one in _declared(generator) if actor is None or actor.can(one.scope)}
    references, definitions = _models(tools, list(declared.values()))
    result["paths"] = {"/api/tools": {"get": _listing(references)}}
    for tool in tools:
        result["paths"][f"/api/tools/{tool.name}"] = {"post": _operation(tool, references)}
    for path, one in declared.items():
        result["paths"][path] = {"post": _declared_operation(path, one, references)}
    components = result.setdefault("components", {})
    components["schemas"] = definitions
    components["securitySchemes"] = _SECURITY
    components["responses"] = {f"Problem{status}": _problem(text, references) for status, text in _PROBLEMS.items()}
    result["security"] = [{name: []} for name in _SECURITY]
    tags = {"tools", *(tool.family for tool in tools), *map(_tag, declared)}
    result["tags"] = [{"name": name} for name in sorted(tags)]
    return result


def _declared(generator: SchemaGenerator) -> Iterator[tuple[str, Declared]]:
    """Each address whose view declares what it is. The urls name them, so nobody keeps a list."""
    for endpoint in generator.endpoints or ():
        declared = getattr(endpoint[-1].cls, "declared", None)
        if declared is not None:
            yield endpoint[0], declared


def _models(tools: list[Tool], declared: list[Declared]) -> tuple[_Models, Document]:
    """References to the models of these tools, and their definitions; pydantic tells models of one name apart."""
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (Problem, "serialization"),
        (ToolDescription, "serialization"),
    ]
    for tool in tools:
        wanted += [(tool.ask, "validation"), (envelope_of(tool), "serialization")]
    for one in declared:
        wanted += [(one.takes, "validation"), (one.answers, "serialization")]
    references, found = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    definitions = {name: without_titles(schema) for name, schema in sorted(found.get("$defs", {}).items())}
    return dict(references), definitions


def _operation(tool: Tool, references: _Models) -> Document:
    answers = {"200": _answer("The answer.", references[envelope_of(tool), "serialization"])}
    if tool.kind is Kind.WRITE:
        waits = "It waits for a decision, or a worker is carrying it out: ask for its status."
        answers["202"] = _answer(waits, references[envelope_of(tool), "serialization"])
    return {
        "operationId": tool.wire_name,
        "summary": summary_of(tool),
        "description": _long(tool),
        "tags": [tool.family],
        "requestBody": _body(references[tool.ask, "validation"]),
        "responses": answers | _problem_references(*_PROBLEMS),
    }


def _declared_operation(path: str, declared: Declared, references: _Models) -> Document:
    answer = references[declared.answers, "serialization"]
    return {
        "operationId": path.removeprefix("/api/").replace("/", "_"),
        "summary": str(declared.does),
        "description": _("Scope: `%s`.") % declared.scope,
        "tags": [_tag(path)],
        "requestBody": _body(references[declared.takes, "validation"]),
        "responses": {str(status): _answer(text, answer) for status, text in declared.when.items()}
        | _problem_references(*sorted({*_WITH_A_BODY, *map(str, declared.refuses)})),
    }


def _tag(path: str) -> str:
    """`shop` for /api/shop/refunds."""
    return path.split("/")[2]


def _listing(references: _Models) -> Document:
    schema = {
        "type": "object",
        "properties": {"tools": {"type": "array", "items": references[ToolDescription, "serialization"]}},
        "required": ["tools"],
    }
    return {
        "operationId": "list_tools",
        "summary": "The tools that you can use, with their schemas.",
        "tags": ["tools"],
        "responses": {"200": _answer("The tools.", schema)} | _problem_references("401", "403", "500"),
    }


def _long(tool: Tool) -> str:
    first = ", ".join(other.name for other in reads_first(tool))
    lines = [
        description_of(tool),
        _("Kind: %(kind)s. Scope: `%(scope)s`.") % {"kind": tool.kind.value, "scope": tool.scope},
        _("Approval: %s") % approval_in_words(tool),
        _("Read first: %s.") % first if first else "",
        _("Safety: %s") % safety_of(tool) if tool.safety else "",
    ]
    return "\n\n".join(line for line in lines if line)


def _body(schema: Document) -> Document:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _answer(text: str, schema: Document) -> Document:
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _problem(text: str, references: _Models) -> Document:
    return {"description": text, "content": {MEDIA_TYPE: {"schema": references[Problem, "serialization"]}}}


def _problem_references(*statuses: str) -> Document:
    return {status: {"$ref": f"#/components/responses/Problem{status}"} for status in statuses}
