"""Lists in pages: at most 50 rows, newest first, with an opaque cursor that continues where the last page ended."""

from datetime import datetime
from typing import Annotated, Any, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from approvals.contracts import Answer, Ask
from approvals.reasons import Reason, Refused

Row = TypeVar("Row", bound=Model)

MAX_PAGE = 50


class PageAsk(Ask):
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE, description="Rows on the page.")] = 25
    cursor: Annotated[
        str, Field(max_length=500, description="next_cursor of the page before; empty for the first.")
    ] = ""


class PageAnswer(Answer):
    next_cursor: Annotated[str, Field(description="Pass it to read on; empty on the last page.")] = ""


def page(rows: QuerySet[Row], ask: PageAsk, *, by: str, descending: bool = True) -> tuple[list[Row], str]:
    """One page in the order of (`by`, pk), and the cursor of the next. Reads one row more than it shows."""
    sign, comparison = ("-", "lt") if descending else ("", "gt")
    place = f"{rows.model._meta.label_lower}.{by}"
    if ask.cursor:
        value, key = _read(ask.cursor, place)
        rows = rows.filter(Q(**{f"{by}__{comparison}": value}) | Q(**{by: value, f"pk__{comparison}": key}))
    found = list(rows.order_by(f"{sign}{by}", f"{sign}pk")[: ask.limit + 1])
    if len(found) <= ask.limit:
        return found, ""
    last = found[ask.limit - 1]
    return found[: ask.limit], _write(place, getattr(last, by), last.pk)


def _write(place: str, value: Any, key: Any) -> str:
    plain = value.isoformat() if isinstance(value, datetime) else value
    return signing.dumps([place, plain, isinstance(value, datetime), str(key)], salt="page")


def _read(cursor: str, place: str) -> tuple[Any, str]:
    try:
        made_for, value, is_time, key = signing.loads(cursor, salt="page")
        if made_for != place:
            raise ValueError(place)
        return (datetime.fromisoformat(value) if is_time else value), key
    except (signing.BadSignature, ValueError, TypeError):
        raise Refused(
            Reason(
                "invalid_cursor", _("This cursor is not of this list."), _("Begin again without a cursor."), "cursor"
            )
        ) from None
