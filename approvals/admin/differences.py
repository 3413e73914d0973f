"""What is new against the last time: the same tool's last approved contract beside this one, field by field."""

from dataclasses import dataclass
from typing import Any

from approvals.admin.contract_fields import in_words, label_of
from approvals.contracts import Contract
from approvals.models import ActionRequest, State
from approvals.previews import contract_of
from approvals.registry import Tool

_AGREED = (State.APPROVED, State.EXECUTING, State.SUCCEEDED, State.UNSURE)
# These differ every time and say nothing to a reader, or stand in full in a panel of their own.
_NOISE = (
    "_id",
    "_digest",
    "_at",
    "_about",
    "digest",
    "base_version",
    "_before",
    "before",
    "findings",
    "not_resent",
    "replay",
)
_KEPT = ("due_at",)


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    before: str
    now: str


def last_approved(request: ActionRequest) -> ActionRequest | None:
    """The organisation's newest approved request of the same tool, before this one was asked for."""
    return (
        ActionRequest.objects.filter(
            organisation=request.organisation_id,
            tool=request.tool,
            state__in=_AGREED,
            created_at__lt=request.created_at,
        )
        .exclude(pk=request.pk)
        .select_related("preview")
        .order_by("-approved_at")
        .first()
    )


def differences(tool: Tool, contract: Contract, before: ActionRequest) -> list[Difference]:
    """The fields that changed. Empty as well when the earlier contract is of a shape this version cannot read."""
    try:
        earlier = contract_of(tool, before.preview)
    except ValueError:
        return []
    told = (
        Difference(label_of(name), _say(getattr(earlier, name)), _say(getattr(contract, name)))
        for name in type(contract).model_fields
        if not _is_noise(name) and getattr(earlier, name) != getattr(contract, name)
    )
    return [one for one in told if one.before != one.now]


def _is_noise(name: str) -> bool:
    return name.endswith(_NOISE) and name not in _KEPT


def _say(value: Any) -> str:
    if isinstance(value, list) and value and hasattr(value[0], "model_dump"):
        return ", ".join(_say_item(item) for item in value)
    return _say_item(value) if hasattr(value, "model_dump") else in_words(value)


def _say_item(item: Any) -> str:
    """Without what is nested deeper, such as a template's definition: panels draw that."""
    told = {name: value for name, value in item if not (_is_noise(name) or name.endswith("_ids"))}
    return " ".join(in_words(one) for one in told.values() if one not in (None, "", []) and not isinstance(one, dict))
