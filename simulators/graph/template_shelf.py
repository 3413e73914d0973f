"""The account's templates, kept in a file so that a restart finds them approved."""

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
NAME_BLOCK = 30 * 86400.0  # seconds a name rests after an approved template of it was deleted


@dataclass(slots=True)
class Template:
    """One template in one language. Times are unix seconds; `edits` are those made while it was approved."""

    id: str
    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    parameter_format: str
    created_at: float
    status: str = "PENDING"
    quality: str = "UNKNOWN"
    rejected_reason: str = "NONE"
    previous_category: str = ""
    correct_category: str = ""
    message_send_ttl_seconds: int | None = None
    edits: list[float] = field(default_factory=list)
    was_approved: bool = False
    creative_opt_outs: list[str] = field(default_factory=list)

    def component(self, kind: str) -> dict[str, Any] | None:
        """The component of this type, upper case."""
        return next((part for part in self.components if part["type"] == kind), None)

    def text(self, kind: str) -> str:
        """The text of HEADER, BODY or FOOTER; empty when there is none."""
        part = self.component(kind)
        return str(part.get("text", "")) if part else ""

    def buttons(self) -> list[dict[str, Any]]:
        """The buttons in the order of their index."""
        part = self.component("BUTTONS")
        return list(part["buttons"]) if part else []

    def node(self) -> dict[str, Any]:
        """All fields of the template's node in the Graph API."""
        return {
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "previous_category": self.previous_category or None,
            "correct_category": self.correct_category or None,
            "components": self.components,
            "parameter_format": self.parameter_format,
            "quality_score": {"score": self.quality, "date": int(self.created_at)},
            "rejected_reason": self.rejected_reason,
            "message_send_ttl_seconds": self.message_send_ttl_seconds,
        }


def variables_in(text: str) -> list[str]:
    """The names or numbers of the variables, in order, with repetitions."""
    return VARIABLE.findall(text)


class TemplateShelf:
    """All templates, by id and by name and language."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._by_id: dict[str, Template] = {}
        self._by_name: dict[tuple[str, str], Template] = {}
        self._resting: dict[str, float] = {}
        if path.exists():
            self._load(json.loads(path.read_text()))

    def __iter__(self) -> Iterator[Template]:
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, template_id: str) -> Template | None:
        """By id."""
        return self._by_id.get(template_id)

    def named(self, name: str, language: str) -> Template | None:
        """By name and language."""
        return self._by_name.get((name, language))

    def languages_of(self, name: str) -> list[Template]:
        """All of one name."""
        return [template for template in self._by_id.values() if template.name == name]

    def rests(self, name: str, now: float) -> bool:
        """Whether the name is blocked because an approved template of it was deleted."""
        return now < self._resting.get(name, 0.0)

    def add(self, template: Template) -> None:
        """Put a new one on the shelf."""
        self._by_id[template.id] = template
        self._by_name[template.name, template.language] = template
        self.save()

    def remove(self, template: Template, now: float) -> None:
        """Take one off; the name of one that had been approved rests for 30 days."""
        del self._by_id[template.id]
        del self._by_name[template.name, template.language]
        if template.was_approved:
            self._resting[template.name] = now + NAME_BLOCK
        self.save()

    def clear(self) -> None:
        """Take all off, and forget which names rest."""
        self._by_id.clear()
        self._by_name.clear()
        self._resting.clear()
        self.save()

    def save(self) -> None:
        """Write the shelf to its file; call it after every change to a template."""
        kept = {"templates": [asdict(template) for template in self._by_id.values()], "resting": self._resting}
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps(kept, ensure_ascii=False, indent=1))
        draft.replace(self.path)

    def _load(self, kept: dict[str, Any]) -> None:
        self._resting = kept["resting"]
        for facts in kept["templates"]:
            template = Template(**facts)
            self._by_id[template.id] = template
            self._by_name[template.name, template.language] = template


def new_template_id() -> str:
    """Fifteen digits, as Meta's are."""
    return str(10**14 + secrets.randbelow(9 * 10**14))
