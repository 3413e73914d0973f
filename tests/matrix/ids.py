"""Every id that a tool takes, found in its model, and rows of each kind: own, another tenant's, deleted, nobody's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID, uuid4

from pydantic import BaseModel

from accounts.actor import Actor
from approvals.calls import call
from approvals.registry import Tool
from approvals.versions import token_of
from tests.factories import (
    NOON,
)
from tests.matrix.new_rows import NEW
from tests.matrix.one_of_everything import TeaHouse
from tests.matrix.tea_houses import RIGHT, arguments_of, tools
from tests.matrix.texts import Arguments


@dataclass(frozen=True)
class IdField:
    """One argument of one tool that names a row."""

    tool: Tool
    name: str
    is_list: bool
    is_map: bool = False
    inside: str = ""

    def __str__(self) -> str:
        return f"{self.tool.name}.{self.name}" + (f".{self.inside}" if self.inside else "")

    @property
    def named(self) -> str:
        """What the id itself is called."""
        return self.inside or self.name

    @property
    def place(self) -> str:
        """What a refusal calls it."""
        return f"{self.name}.{INSIDE[self._argument][self.inside][0]}.{self.inside}" if self.inside else self.name

    @property
    def _argument(self) -> str:
        return f"{self.tool.name}.{self.name}"

    @property
    def kind(self) -> str:
        named = (f"{self.tool.name}.{self.named}", f"{self.tool.family}.{self.named}", self.named)
        return next(KIND_OF[name] for name in named if name in KIND_OF)

    def put(self, arguments: Arguments, value: Any) -> Arguments:
        if self.inside:
            return {**arguments, self.name: INSIDE[self._argument][self.inside][1](value)}
        if self.is_map:
            keys = arguments.get(self.name) or ["one"]
            return {**arguments, self.name: dict.fromkeys(keys, value)}
        return {**arguments, self.name: [value] if self.is_list else value}


# Which kind of row an argument names, of any tool, one family or one tool. An argument that is added needs a line here.
KIND_OF = {
    "account_id": "account",
    "action_request_id": "action_request",
    "asset_id": "asset",
    "automation_id": "automation",
    "batch_id": "batch",
    "broadcast_id": "broadcast",
    "campaign_id": "campaign",
    "contact_id": "contact",
    "contact_ids": "contact",
    "conversation_id": "conversation",
    "conversation_ids": "conversation",
    "customer_id": "customer",
    "flow_id": "flow",
    "get_delivery_status.message_id": "message",
    "failure_ids": "failure",
    "gateway_id": "gateway",
    "gateway_ids": "gateway",
    "owner_id": "owner",
    "owner_ids": "owner",
    "order_id": "order",
    "otp_template_id": "otp_template",
    "preview_id": "preview",
    "queue_id": "queue",
    "replaces_id": "snapshot",
    "retry_preview_id": "preview",
    "segment_id": "segment",
    "segment_preview_id": "preview",
    "short_link_id": "short_link",
    "short_link_ids": "short_link",
    "short_link_preview_id": "preview",
    "sender_id": "sender",
    "sms_marketing.sender_id": "identity",
    "sms_marketing.sender_id.apply.sender_id": "application",
    "sms_marketing.template_id": "text_template",
    "subject_id": "segment",  # any row's id as text
    "template_id": "template",
    "meta.campaign_id": "broadcast",
    "whatsapp.automation_id": "keyword_rule",
    "quotes": "said",
    "whatsapp.session_message.preview.asset_id": "photo",
    "whatsapp.session_message.preview.message_id": "said",
}

# Ids inside an argument: which of its kinds has one, and the argument with the id in its place.
INSIDE: dict[str, dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "whatsapp.session_message.preview.message": {
        "asset_id": ("image", lambda value: {"kind": "image", "asset_id": value}),
        "message_id": ("reaction", lambda value: {"kind": "reaction", "message_id": value, "emoji": "👍"}),
    },
}
# They name things at Meta, and no row of ours.
METAS_OWN = frozenset({"catalog_id", "product_retailer_id", "flow_id", "wa_id"})

# Ids in JSON texts: tests/messaging/meta asks them of foreign rows.
IN_TEXTS = frozenset({"retry_failed_messages.message_ids", "schedule_campaign.audience_filter"})


def id_fields() -> list[IdField]:
    """Every argument of every tool that is a UUID, or says by its name that it is an id."""
    return [found for tool in tools() for found in _of(tool, tool.ask)]


def _of(tool: Tool, model: type[BaseModel]) -> Iterator[IdField]:
    for name, info in model.model_fields.items():
        if f"{tool.name}.{name}" in IN_TEXTS:
            continue
        parts = list(_parts(info.annotation))
        if UUID in parts or name.endswith(("_id", "_ids")):
            yield IdField(tool, name, is_list=list in parts, is_map=dict in parts)
        inside = _ids_inside(parts) - METAS_OWN
        unreached = inside - set(INSIDE.get(f"{tool.name}.{name}", ()))
        assert not unreached, f"{tool.name}.{name} holds ids ({unreached}): say in INSIDE how to reach them"
        yield from (IdField(tool, name, is_list=False, inside=inner) for inner in sorted(inside))


def _ids_inside(parts: list[Any]) -> set[str]:
    """What the ids are called that the models among these hold, however deep."""
    found: set[str] = set()
    for model in (part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)):
        for name, info in model.model_fields.items():
            inner = list(_parts(info.annotation))
            found |= _ids_inside(inner) | ({name} if UUID in inner or name.endswith(("_id", "_ids")) else set())
    return found


def _parts(annotation: Any) -> Iterator[Any]:
    """An annotation and all it is made of; `list[UUID] | None` is list, UUID and None as well."""
    yield annotation
    yield getattr(annotation, "__origin__", None)
    for part in get_args(annotation):
        yield from _parts(part)


def right_arguments(field: IdField, own: TeaHouse, actor: Actor) -> Arguments:
    """Arguments with nothing wrong, the id among them; an edit says which version it means."""
    arguments = arguments_of(field.tool, own, actor)
    if field.inside or field.name not in arguments:
        arguments = field.put(arguments, own.id_of(field.kind))
    edits_it = {"base_version_token", "campaign_id"} & set(field.tool.ask.model_fields) == {"base_version_token"}
    if field.name == "segment_id" and edits_it:
        arguments["base_version_token"] = token_of(own.segment)
    return arguments


def id_of(field: IdField, house: TeaHouse, actor: Actor) -> str:
    """The id of this house's row of the kind that the argument names."""
    if field.kind != "preview":
        return house.id_of(field.kind)
    assert field.tool.preview is not None
    return str(arguments_of(field.tool, house, actor)[field.name])


def deleted_id(field: IdField, own: TeaHouse) -> str:
    """The id of a row of one's own that was there and is gone."""
    row, key = NEW[field.kind](own)
    row.delete()
    return str(key)


def nobodys_id(kind: str = "") -> str:
    """An id that no row has; customers are named by their numbers."""
    return "85269999999" if kind == "customer" else str(uuid4())


def preview_by(field: IdField, own: TeaHouse, actor: Actor) -> str:
    """The id of a preview that somebody else of the same house has made."""
    assert field.tool.preview is not None
    return str(call(field.tool.preview, RIGHT[field.tool.preview](own, actor), actor, NOON).preview_id)
