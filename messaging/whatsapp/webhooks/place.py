"""Where in a webhook body an item stands."""

from dataclasses import dataclass
from datetime import datetime

from messaging.whatsapp.webhooks.reading import fingerprint


@dataclass(frozen=True, slots=True)
class Place:
    """The change an item belongs to. `time` is the entry's time as it came, and part of what makes an item itself."""

    field: str
    waba_id: str
    at: datetime | None
    time: str

    def key(self, value: object) -> str:
        """The key of an item without an id of its own: its content, its account and its time."""
        return f"{self.field}:{self.waba_id}:{fingerprint(self.field, self.waba_id, self.time, value)}"
