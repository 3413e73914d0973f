"""The demo tools: a tea house keeps notes."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from accounts.budgets import Spend
from accounts.roles import AUDIT
from approvals.contracts import Answer, Ask, Contract
from approvals.floors import Always, Never
from approvals.masking import Personal
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Kind, tool


class NotesAsk(Ask):
    search: Annotated[str, Field(max_length=50, description="Words that the note holds.")] = ""
    limit: Annotated[int, Field(ge=1, le=100, description="How many to show.")] = 20


class Note(BaseModel):
    title: Annotated[str, Field(description="What it is about.")]
    phone: Annotated[str, Field(pattern=r"^\+\d+$", description="Whom to call."), Personal("phone")]


class NotesPage(Answer):
    notes: Annotated[list[Note], Field(description="The notes.")]


@tool("demo.notes.list", kind=Kind.READ, scope="whatsapp:read")
def list_notes(call: Call, ask: NotesAsk) -> NotesPage:
    """List the notes of the tea house."""
    return NotesPage(notes=[Note(title="Order oolong", phone="+85291234567")])


class Branch(BaseModel):
    """A branch of a tree, which has branches."""

    name: Annotated[str, Field(description="What it is called.")]
    branches: Annotated[list["Branch"], Field(description="What grows on it.")] = []


class TreeAsk(Ask):
    tree: Annotated[Branch, Field(description="The trunk.")]


class Leaves(Answer):
    title: Annotated[str, Field(description="A field that is called title.")]


@tool("demo.tree.get", kind=Kind.READ, scope="whatsapp:read", untrusted="text")
def get_tree(call: Call, ask: TreeAsk) -> Leaves:
    """Count the leaves of a tea tree."""
    return Leaves(title=ask.tree.name)


class NoteAsk(Ask):
    text: Annotated[str, Field(min_length=1, max_length=200, description="What to write down.")]
    people: Annotated[int, Field(ge=0, description="How many people will read it.")] = 1


class NoteContract(Contract):
    text: Annotated[str, Field(description="What will be written down.")]
    people: Annotated[int, Field(description="How many people will read it.")]

    def spend(self) -> Spend:
        return Spend(people=self.people, messages=self.people, money=Decimal(0))

    def message_category(self) -> str:
        return "utility"


class Written(Answer):
    text: Annotated[str, Field(description="What was written down.")]


@tool("demo.note.preview", kind=Kind.PREVIEW, scope="whatsapp:preview", reads_first=("demo.notes.list",))
def preview_note(call: Call, ask: NoteAsk) -> NoteContract:
    """Show what a note would say. Writes nothing outside the preview."""
    return NoteContract(text=ask.text, people=ask.people)


@tool(
    "demo.note.write",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    preview="demo.note.preview",
    approval=Always(),
    reads_first=("demo.notes.list", "demo.note.preview"),
    safety="Nobody reads a note that nobody has countersigned.",
)
def write_note(call: Call, contract: NoteContract) -> Written:
    """Write a note that people
    will read. It hangs on the wall.

    Until somebody takes it down.
    """
    return Written(text=contract.text)


class TidyAsk(Ask):
    shelf: Annotated[str, Field(max_length=20, description="Which shelf.")]


class TidyContract(Contract):
    shelf: Annotated[str, Field(description="The shelf that will be tidied.")]


def plan_tidying(call: Call, ask: TidyAsk) -> TidyContract:
    if ask.shelf == "top":
        raise Refused(
            Reason("too_high", "Nobody reaches the top shelf.", "Choose another shelf.", "shelf"),
            Reason("no_ladder", "There is no ladder.", "Buy one."),
        )
    return TidyContract(shelf=ask.shelf)


@tool("demo.shelf.tidy", kind=Kind.WRITE, scope="whatsapp:request", plan=plan_tidying, approval=Never())
def tidy_shelf(call: Call, contract: TidyContract) -> Written:
    """Tidy a shelf, at once."""
    return Written(text=f"The {contract.shelf} shelf is tidy.")


class NothingAsk(Ask):
    pass


@tool("demo.kettle.boil", kind=Kind.READ, scope="whatsapp:read")
def boil_kettle(call: Call, ask: NothingAsk) -> Leaves:
    """Break off in the middle."""
    raise RuntimeError("the kettle of +85291234567 is empty")


@tool("demo.books.read", kind=Kind.READ, scope=AUDIT)
def read_books(call: Call, ask: NothingAsk) -> Leaves:
    """Read the books, which needs a scope that most agents lack."""
    return Leaves(title="The books")


@tool("demo.action_request.status", kind=Kind.STATUS, scope="whatsapp:read")
def request_status(call: Call, ask: NothingAsk) -> Leaves:
    """Say where a request stands."""
    return Leaves(title="It stands.")
