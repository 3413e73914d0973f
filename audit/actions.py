"""The sentences of the record: every action is registered with the sentence that tells it to people.

    REQUEST_APPROVED = action("request.approved", _("{actor} approved {subject}"))

Packages register theirs in `audit_actions.py`, which is found when Django starts. A sentence may name `{actor}`,
`{subject}` and any fact; an action whose sentence names a fact is refused without it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.models import Entry

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_PLACE = re.compile(r"\{(\w+)\}")
_ALWAYS_KNOWN = frozenset({"actor", "subject"})


class UnknownAction(LookupError):
    """An action that nobody registered."""


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    sentence: str | Promise


_ACTIONS: dict[str, Action] = {}


def action(name: str, sentence: str | Promise) -> str:
    """Register an action and return its name. Raises ValueError for a name that is taken or is not `noun.verb`."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"action {name!r}: use lower-case words joined by dots, like 'request.approved'")
    if name in _ACTIONS and _ACTIONS[name].sentence is not sentence:
        raise ValueError(f"action {name!r} is registered already, as {str(_ACTIONS[name].sentence)!r}")
    _ACTIONS[name] = Action(name, sentence)
    return name


def find(name: str) -> Action:
    """The registered action. Raises UnknownAction, saying where to register it."""
    try:
        return _ACTIONS[name]
    except KeyError:
        raise UnknownAction(
            f"action {name!r} is not registered: add action({name!r}, _(...)) to the package's audit_actions.py"
        ) from None


@cache
def needed_facts(name: str) -> frozenset[str]:
    """The facts that an action's sentence names, untranslated: a translation must not be able to refuse an entry."""
    with override(None):
        return frozenset(_PLACE.findall(str(find(name).sentence))) - _ALWAYS_KNOWN


def all_actions() -> Iterator[Action]:
    return iter(sorted(_ACTIONS.values(), key=lambda one: one.name))


def outline(known: Action) -> str:
    """The sentence without what varies, for choosing among actions."""
    return _PLACE.sub("…", str(known.sentence))


def sentence_of(entry: Entry, actor_name: str = "") -> str:
    """The entry in words, in the language that is active. An action of a package that is gone reads as its bare name.

    `actor_name` replaces the stored, masked label where the reader may know who a person is.
    """
    known = _ACTIONS.get(entry.action)
    pattern = str(known.sentence) if known else "{actor}: " + entry.action + " ({subject})"
    return _fill(pattern, {**entry.facts, "actor": actor_name or entry.actor_label, "subject": subject_of(entry)})


def subject_of(entry: Entry) -> str:
    """The subject as its kind in words and the beginning of its id: "action request 0190f3a2"."""
    key = entry.subject_id
    return f"{_kind_in_words(entry.subject_type)} {key[:8] if len(key) == 36 else key}"


def _kind_in_words(subject_type: str) -> str:
    try:
        return str(apps.get_model(subject_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return subject_type


def _fill(pattern: str, values: Mapping[str, object]) -> str:
    """Put values into a sentence. Not `str.format`: a fact must never be able to reach into an object's attributes."""
    return _PLACE.sub(lambda place: _in_words(values.get(place[1])), pattern)


def _in_words(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_in_words(item) for item in value)
    return str(value)
