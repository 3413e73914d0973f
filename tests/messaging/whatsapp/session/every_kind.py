"""One message of every kind, written out."""

from typing import Any

from pydantic import TypeAdapter

from messaging.whatsapp.session.message import AnyKind, SessionMessage
from tests.messaging.whatsapp.session.interactive_kinds import INTERACTIVE
from tests.messaging.whatsapp.session.plain_kinds import PLAIN

EVERY_KIND = PLAIN | INTERACTIVE
ADAPTER: TypeAdapter[AnyKind] = TypeAdapter(SessionMessage)


def read(written: dict[str, Any]) -> AnyKind:
    return ADAPTER.validate_python(written)
