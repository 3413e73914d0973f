"""The tools as values. MCP, REST, OpenAPI, the docs and the permission matrix are read from here; nothing is written
twice.

    @tool("whatsapp.segments.list", kind=Kind.READ, scope="whatsapp:read", reads_first=("whatsapp.contacts.list",))
    def list_segments(call: Call, ask: SegmentsAsk) -> SegmentsPage:
        \"\"\"List customer segments with rule, size and exclusions.\"\"\"

A read or status tool takes an `Ask` and returns an `Answer`; a preview takes an `Ask` and returns a `Contract`; a write
takes a `Contract` and returns an `Answer`. A write stands on a preview tool (`preview=`) or on its own plan (`plan=`).
A composed tool takes an `Ask`, goes `through=` other tools by the one door, and returns an `Answer`: what these ask of
people, budgets and policies holds for it too. A flat tool (no dot in its name) answers with its own keys and nothing
around them.
Packages declare theirs in a `tools` module or package, found by `autodiscover_modules("tools")`.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_type_hints

from django.utils.translation import gettext as _
from pydantic import BaseModel

from accounts.actor import Actor
from accounts.models import Organisation
from approvals.contracts import Ask, Contract
from approvals.floors import Floor
from approvals.guards import Guard
from approvals.reasons import Reason, Refused

if TYPE_CHECKING:
    from approvals.models import ActionRequest


class Kind(StrEnum):
    READ = "read"
    PREVIEW = "preview"
    WRITE = "write"
    STATUS = "status"
    COMPOSED = "composed"


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a tool: who, when, and for a write being carried out, the request it stands on."""

    actor: Actor
    now: datetime
    request: "ActionRequest | None" = None

    @property
    def organisation(self) -> Organisation:
        return self.actor.organisation


@dataclass(frozen=True)
class Tool:
    """One declared tool.

    `untrusted` says whether it answers with what customers wrote: their names (shown only to whoever sees personal
    data) or their text (shown to everybody who may use it).
    """

    name: str
    kind: Kind
    scope: str
    run: Callable[[Call, Any], BaseModel]
    takes: type[BaseModel]
    returns: type[BaseModel]
    description: str
    reads_first: tuple[str, ...] = ()
    safety: str = ""
    untrusted: Literal["", "names", "text"] = ""
    preview: str | None = None
    # What the argument is called that names the preview.
    handle: str = "preview_id"
    plan: Callable[[Call, Any], Contract] | None = None
    approval: Floor | None = None
    guards: tuple[Guard, ...] = ()
    # What is asked of others before the transaction that carries the contract out: what it learns it keeps in rows, and
    # the rules read those. A no of its ends the request.
    ahead: Callable[[Call, Any], None] | None = None
    outside: Callable[[Call, Any, Any], BaseModel] | None = None
    # What a preview or a plan needs from the network: done before the transaction that plans, with the same arguments.
    # Once more for the same arguments must be as good as once.
    beforehand: Callable[[Call, Any], None] | None = None
    # What follows in the house once `outside` is through, in the transaction in which the request succeeds.
    follows: Callable[[Call, Any, Any], BaseModel] | None = None
    # Whether carrying it out sets in motion what its contract counts: keeping a draft of a broadcast does not.
    spends: bool = True
    # A lesser scope that suffices where the floor asks nobody: whoever serves customers may write down their no.
    scope_of_a_no: str = ""
    # Another lesser scope, and for which contracts it suffices: whoever serves customers may add to a conversation.
    scope_of_some: str = ""
    is_one_of_some: Callable[[Any], bool] = lambda _contract: False
    # Asked for by people at the desk, or by Countersign itself, and nowhere else: no agent and no script even learns
    # that there is such a tool.
    desk_only: bool = False
    # Which tools a composed one uses, through the door.
    through: tuple[str, ...] = ()
    # For so long the same call of a composed tool by the same caller is answered again and not done again.
    same_for: timedelta | None = None
    # The codes that its callers know its refusals by, as its source lists them; others may come beside them.
    refusals: tuple[str, ...] = ()
    # Offered to organisations of this edition or a larger one; empty: to everybody.
    edition: str = ""
    # Its contracts hold what not everybody of the organisation may read: requests of it are seen by who asked for them
    # and by who decides.
    confidential: bool = False

    @property
    def family(self) -> str:
        return self.name.split(".", 1)[0] if "." in self.name else "meta"

    @property
    def is_flat(self) -> bool:
        """Whether it answers with its own keys alone, without the envelope."""
        return self.family == "meta"

    @property
    def wire_name(self) -> str:
        """The name with underscores: several MCP clients refuse a whole server over one dotted name."""
        return self.name.replace(".", "_")

    def may_be_tried_by(self, actor: Actor) -> bool:
        """Whether the actor holds a scope that may suffice; which of them does, the contract says."""
        return any(actor.can(scope) for scope in (self.scope, self.scope_of_a_no, self.scope_of_some) if scope)

    @property
    def contract(self) -> type[Contract] | None:
        """What a preview freezes or a write carries out."""
        model = {Kind.PREVIEW: self.returns, Kind.WRITE: self.takes}.get(self.kind)
        return model if model and issubclass(model, Contract) else None

    def taints(self, actor: Actor) -> bool:
        """Whether this actor, having read the answer, may be acting on a customer's words."""
        return self.untrusted == "text" or (self.untrusted == "names" and actor.sees_personal_data)

    @cached_property
    def ask(self) -> type[Ask]:
        """What a caller passes; for a write not what it runs on, but what its contract is found by."""
        from approvals.asks import ask_of

        return ask_of(self)


@dataclass
class Registry:
    """All declared tools by dotted name; also found by wire name. Going through them leaves out the desk's own."""

    tools: dict[str, Tool] = field(default_factory=dict)

    def add(self, tool: Tool) -> None:
        if tool.name in self.tools or tool.wire_name in {other.wire_name for other in self.tools.values()}:
            raise ValueError(f"two tools are called {tool.name}")
        self.tools[tool.name] = tool

    def __iter__(self) -> Iterator[Tool]:
        offered = (tool for tool in self.tools.values() if not tool.desk_only)
        return iter(sorted(offered, key=lambda tool: tool.name))

    def __len__(self) -> int:
        return sum(not tool.desk_only for tool in self.tools.values())

    def get(self, name: str) -> Tool | None:
        """The tool of this dotted or wire name."""
        return self.tools.get(name) or next((tool for tool in self if tool.wire_name == name), None)

    def find(self, name: str) -> Tool:
        """The tool of this name; raises Refused for one nobody declared."""
        found = self.get(name)
        if found is None:
            raise Refused(unknown_tool(name))
        return found

    def standing_on(self, preview: str) -> list[Tool]:
        """The writes that carry out what this preview tool freezes."""
        return [tool for tool in self if tool.preview == preview]


registry = Registry()


def unknown_tool(name: str) -> Reason:
    """The same answer for a tool that does not exist and for one the caller may not see."""
    text = _("There is no tool %r.") % name[:80]
    return Reason("unknown_tool", text, _("List the tools and use a name from there."))


def tool(name: str, *, kind: Kind, scope: str, **declared: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a function as a tool. The keywords are the fields of `Tool`; types and description come from the
    function.
    """

    def declare(run: Callable[..., Any]) -> Callable[..., Any]:
        takes, returns = _types_of(run, name)
        made = Tool(name, kind, scope, run, takes, returns, description=inspect.getdoc(run) or "", **declared)
        _check(made)
        registry.add(made)
        return run

    return declare


def _types_of(run: Callable[..., Any], name: str) -> tuple[type[BaseModel], type[BaseModel]]:
    hints = get_type_hints(run)
    returns = hints.pop("return", None)
    taken = [hints[parameter] for parameter in list(inspect.signature(run).parameters)[1:] if parameter in hints]
    if len(taken) != 1 or returns is None:
        raise TypeError(f"{name}: a tool is a function (call, one model) -> model, with types")
    return taken[0], returns


def _check(made: Tool) -> None:
    """What a declaration must hold; a mistake here is a programmer's, so it stops the start."""
    if not made.description:
        raise TypeError(f"{made.name}: say in the docstring what it does")
    is_write = made.kind is Kind.WRITE
    if is_write != (made.approval is not None):
        raise TypeError(f"{made.name}: a write, and only a write, declares approval=")
    if made.beforehand is not None and made.plan is None and made.kind is not Kind.PREVIEW:
        raise TypeError(f"{made.name}: only a preview or a plan has something done beforehand")
    if made.ahead is not None and not is_write:
        raise TypeError(f"{made.name}: only a write is carried out, so that something can be asked ahead of it")
    if is_write and (made.preview is None) == (made.plan is None):
        raise TypeError(f"{made.name}: a write stands on preview= or on plan=, not on both or none")
    if (made.kind is Kind.COMPOSED) != bool(made.through):
        raise TypeError(f"{made.name}: a composed tool, and only such a one, goes through= others")
    if made.follows is not None and made.outside is None:
        raise TypeError(f"{made.name}: follows= comes after outside=")
    if made.kind in (Kind.WRITE, Kind.PREVIEW) and made.contract is None:
        raise TypeError(f"{made.name}: a {made.kind} needs a Contract")
