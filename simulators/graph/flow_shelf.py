"""A flow as the account keeps it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Flow:
    """One flow; `faults` are what is wrong in its JSON."""

    id: str
    name: str
    categories: list[str]
    endpoint_uri: str = ""
    status: str = "DRAFT"
    written: dict[str, Any] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)

    def node(self) -> dict[str, Any]:
        """Its fields in the Graph API."""
        return {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "categories": self.categories,
            "validation_errors": self.faults,
            "json_version": self.written.get("version"),
            "endpoint_uri": self.endpoint_uri or None,
        }
