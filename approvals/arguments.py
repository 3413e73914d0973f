"""Arguments as they come from outside: plain JSON that the database can keep, checked against the tool's own model."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from approvals.contracts import Ask
from approvals.reasons import Reason, Refused, refuse_if_any
from approvals.registry import Tool

MAX_DEPTH = 20
MAX_INTEGER = 2**63 - 1
# Names in one object: our largest has a dozen. A body of a million made-up names would cost a gigabyte of reasons.
MAX_NAMES = 1000
# Reasons that are told; nobody reads more, and a list of a million wrong items has a million.
MOST_REASONS = 50


Asked = TypeVar("Asked", bound=Ask)


def parse(tool: Tool, arguments: Any) -> Ask:
    """The arguments as the tool's model. Raises Refused with a reason for each field that is wrong, up to 50."""
    return read(tool.ask, arguments)


def read(model: type[Asked], arguments: Any) -> Asked:
    """The arguments as this model. Raises Refused like `parse`."""
    if not isinstance(arguments, dict):
        raise Refused(_invalid("", _("The arguments are not an object."), _("Pass an object of named fields.")))
    refuse_if_any(islice(_what_no_row_can_hold(arguments, "", 0), MOST_REASONS))
    try:
        return model.model_validate(arguments)
    except ValidationError as error:
        refuse_if_any(islice(_reasons(error), MOST_REASONS))
        raise


def _what_no_row_can_hold(value: Any, path: str, depth: int) -> Iterator[Reason]:
    """What parses as JSON and breaks later, here or anywhere inside."""
    if depth > MAX_DEPTH:
        yield _invalid(path, _("This is nested too deeply."), _("Use at most %d levels.") % MAX_DEPTH)
    elif isinstance(value, dict) and len(value) > MAX_NAMES:
        yield _invalid(path, _("This has too many names."), _("Use at most %d in one object.") % MAX_NAMES)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _what_no_row_can_hold(str(key), path, depth + 1)
            yield from _what_no_row_can_hold(item, f"{path}.{key}".strip("."), depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _what_no_row_can_hold(item, f"{path}.{index}".strip("."), depth + 1)
    else:
        yield from _what_no_cell_can_hold(value, path)


def _what_no_cell_can_hold(value: Any, path: str) -> Iterator[Reason]:
    """NUL and lone surrogates, NaN, numbers beyond 64 bits."""
    if isinstance(value, str) and not _is_text(value):
        text = _("This text holds characters that are not text.")
        yield _invalid(path, text, _("Remove NUL and lone surrogates."))
    elif isinstance(value, float) and not abs(value) < float("inf"):
        yield _invalid(path, _("This is not a number."), _("Use a finite number."))
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        yield _invalid(path, _("This number is too large."), _("Use a number of at most 64 bits."))


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
