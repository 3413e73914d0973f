"""What is found in a template, told short."""

from typing import Any

from messaging.whatsapp.templates.definition import Definition
from messaging.whatsapp.templates.rules import check
from tests.messaging.whatsapp.templates_of_harbour_tea import definition


def found(template: Definition) -> set[tuple[str, str, str]]:
    return {(finding.code, finding.where, finding.severity.value) for finding in check(template)}


def added(template: Definition, to: dict[str, Any]) -> set[tuple[str, str, str]]:
    """What the change brought about, beyond what the whole template had."""
    return found(template) - found(definition(to))


def quick(label: str) -> dict[str, str]:
    return {"kind": "quick_reply", "label": label}
