"""What the team notes about a conversation never reaches the customer: no road leads from a note to a body."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from messaging.models import Note, Reply
from tests.factories import NOON
from tests.messaging.whatsapp.session.answering import answered, house
from tests.messaging.whatsapp.session.stage import ann_wrote

ROOT = Path(__file__).parents[4]
# Whatever makes or hands over what leaves, and all that it imports of ours.
LEAVES = (
    "messaging/whatsapp/session", "messaging/whatsapp/bodies.py", "messaging/whatsapp/carrier.py",
    "messaging/whatsapp/client.py", "messaging/engine", "messaging/tools/session_messages.py",
)  # fmt: skip
# Where the models are declared, and where notes are read by people.
DECLARED = "messaging/models"


def files() -> Iterator[Path]:
    for place in LEAVES:
        path = ROOT / place
        yield from path.rglob("*.py") if path.is_dir() else [path]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def reachable() -> set[Path]:
    """Every file of messaging's that what leaves can reach through imports, but the models themselves."""
    waiting, found = list(files()), set()
    while waiting:
        path = waiting.pop()
        if path in found or DECLARED in path.as_posix():
            continue
        found.add(path)
        for name in imported(path):
            place = ROOT / name.replace(".", "/")
            waiting += [one for one in (place.with_suffix(".py"), place / "__init__.py") if one.exists()]
    return {path for path in found if path.is_relative_to(ROOT / "messaging")}


def reads_notes(path: Path) -> bool:
    """Whether a file does more with notes than writing one down: asks for them, or goes to them from a conversation."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    harmless = {id(name) for node in nodes for name in _written(node)}
    named = [node for node in nodes if isinstance(node, ast.Name) and node.id == "Note" and id(node) not in harmless]
    related = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr == "notes"]
    texts = [node for node in nodes if isinstance(node, ast.Constant) and "messaging_note" in str(node.value)]
    return bool(named or related or texts)


def _written(node: ast.AST) -> Iterator[ast.AST]:
    """The names in `Note.objects.create` and in `-> Note`."""
    if isinstance(node, ast.Attribute) and node.attr == "create":
        yield from ast.walk(node)
    if isinstance(node, ast.FunctionDef) and node.returns is not None:
        yield from ast.walk(node.returns)


def test_nothing_that_makes_or_sends_a_message_can_reach_a_note() -> None:
    reached = reachable()
    assert ROOT / "messaging/whatsapp/session/message.py" in reached
    assert ROOT / "messaging/engine/take.py" in reached
    assert reads_notes(ROOT / "messaging/tools/conversations.py")
    assert sorted(path.relative_to(ROOT).as_posix() for path in reached if reads_notes(path)) == []


@pytest.mark.django_db
def test_an_answer_says_nothing_of_the_notes_beside_it() -> None:
    house()
    ann = ann_wrote()
    Note.objects.create(organisation=ann.organisation, conversation=ann, author="Ken", text="Difficult", at=NOON)
    request = answered(ann)
    assert "Difficult" not in str(request.preview.contract) + str(Reply.objects.get().body)
