"""Flows of Harbour Tea: a menu of two answers, and what is said on the way."""

from typing import Any

from messaging.whatsapp.automation.definition import FlowDefinition

PERSON = {"kind": "handover", "note": "Asked for a person"}


def message(text: str = "We are open from 9 to 6.", **more: Any) -> dict[str, Any]:
    return {"kind": "message", "text": text, **more}


def buttons(fallback: str = "person", **choices: str) -> dict[str, Any]:
    """Title -> where it leads."""
    said = [{"title": title.replace("_", " "), "next": target} for title, target in choices.items()]
    return {"kind": "buttons", "text": "How can we help?", "choices": said, "fallback": fallback}


def menu_of_harbour_tea() -> dict[str, Any]:
    """A menu; the opening hours lead back to it, everything else to a person."""
    return {
        "start": "menu",
        "nodes": {
            "menu": buttons(Opening_hours="hours", Talk_to_us="person"),
            "hours": message(next="menu"),
            "person": PERSON,
        },
    }


def flow(**nodes: dict[str, Any]) -> FlowDefinition:
    """A flow that begins at the first of the nodes."""
    return FlowDefinition.model_validate({"start": next(iter(nodes)), "nodes": nodes})
