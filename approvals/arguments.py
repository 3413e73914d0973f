"""Arguments as they come from outside: plain JSON that the database can keep, checked against the tool's own model."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from approvals.contracts import Ask
from approvals.reasons import Reason, Refused, refuse_if_any
from approvals.registry import Tool

MAX_DEPTH = 20
MAX_INTEGER = 2**63 - 1


Asked = TypeVar("Asked", bound=Ask)


def parse(tool: Tool, arguments: Any) -> Ask:
    """The arguments as the tool's model. Raises Refused with one reason for each field that is wrong."""
    return read(tool.ask, arguments)


def read(model: type[Asked], arguments: Any) -> Asked:
    """The arguments as this model. Raises Refused like `parse`."""
    if not isinstance(arguments, dict):
        raise Refused(_invalid("", _("The arguments are not an object."), _("Pass an object of named fields.")))
    refuse_if_any(_what_no_row_can_hold(arguments, "", 0))
    try:
        return model.model_validate(arguments)
    except ValidationError as error:
        refuse_if_any(_reasons(error))
        raise


def _what_no_row_can_hold(value: Any, path: str, depth: int) -> Iterator[Reason]:
    """NUL and lone surrogates, numbers beyond 64 bits, NaN, endless nesting: each parses as JSON and breaks later."""
    if depth > MAX_DEPTH:
        yield _invalid(path, _("This is nested too deeply."), _("Use at most %d levels.") % MAX_DEPTH)
    elif isinstance(value, str):
        if not _is_text(value):
            yield _invalid(
                path, _("This text holds characters that are not text."), _("Remove NUL and lone surrogates.")
            )
    elif isinstance(value, float) and not abs(value) < float("inf"):
        yield _invalid(path, _("This is not a number."), _("Use a finite number."))
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        yield _invalid(path, _("This number is too large."), _("Use a number of at most 64 bits."))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _what_no_row_can_hold(str(key), path, depth + 1)
            yield from _what_no_row_can_hold(item, f"{path}.{key}".strip("."), depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _what_no_row_can_hold(item, f"{path}.{index}".strip("."), depth + 1)


def _is_text(value: str) -> bool:
    """Asked of the encoder, which takes milliseconds for the largest import; letter by letter it takes seconds."""
    try:
        value.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return "\x00" not in value


def _reasons(error: ValidationError) -> Iterator[Reason]:
    for problem in error.errors(include_url=False, include_input=False):
        path = ".".join(str(part) for part in problem["loc"])
        yield _invalid(path, problem["msg"], _fix(problem))


def _fix(problem: Any) -> str:
    fixes = {
        "missing": _("Pass this field."),
        "extra_forbidden": _("Remove this field, or correct its spelling."),
    }
    return str(fixes.get(problem["type"], _("Correct this field; the tool's input schema says what it takes.")))


def _invalid(path: str, text: Any, fix: Any) -> Reason:
    speakable = path.encode("utf-8", "replace").decode().replace("\x00", "?")
    return Reason("invalid_argument", text, fix, speakable[:200])
