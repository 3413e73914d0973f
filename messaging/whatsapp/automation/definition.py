"""A flow as its author writes it: nodes by name, and from each where it goes on.

Only the shape is checked here. What is missing (a way on, a fallback) may be missing in the shape, so that `graph` can
name it. Queues and templates are named as people call them. Limits of texts: Meta, "Interactive messages".
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

NodeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
# Where it goes on; empty where the author has not said it.
Way = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,39})?$", description="The name of the next node.")]
Label = Annotated[str, Field(min_length=1, max_length=60)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Priced(Part):
    """A node with a text, which may name prices."""

    prices_as_of: date | None = Field(None, description="When somebody last checked the amounts in the text")


class Message(Priced):
    """Says something and goes on, or ends the flow with it."""

    kind: Literal["message"]
    text: str = Field(min_length=1, max_length=4096, description="What the customer reads")
    next: Way = ""
    ends: bool = Field(False, description="Whether this is the flow's last word")


class Choice(Part):
    title: str = Field(min_length=1, max_length=20, description="Up to 20 characters")
    next: Way = ""


class Row(Part):
    title: str = Field(min_length=1, max_length=24, description="Up to 24 characters")
    description: str = Field("", max_length=72, description="Up to 72 characters")
    next: Way = ""


class _Choosing(Priced):
    @model_validator(mode="after")
    def _titles_differ(self) -> "_Choosing":
        titles = [choice.title.casefold() for choice in getattr(self, "choices", ())]
        if len(set(titles)) != len(titles):
            raise ValueError("two choices have the same title; their answers cannot be told apart")
        return self


class Buttons(_Choosing):
    """Asks for one of up to three."""

    kind: Literal["buttons"]
    text: str = Field(min_length=1, max_length=1024, description="What the customer reads")
    choices: tuple[Choice, ...] = Field(min_length=1, max_length=3)
    fallback: Way = Field("", description="Where an answer leads that is none of them")


class Menu(_Choosing):
    """Asks for one of up to ten, behind a button."""

    kind: Literal["list"]
    text: str = Field(min_length=1, max_length=4096, description="What the customer reads")
    button: str = Field(min_length=1, max_length=20, description="What opens the list")
    choices: tuple[Row, ...] = Field(min_length=1, max_length=10)
    fallback: Way = Field("", description="Where an answer leads that is none of them")


class Question(Priced):
    """Asks for something in the customer's own words, which are kept and never read as an instruction."""

    kind: Literal["question"]
    text: str = Field(min_length=1, max_length=4096, description="What the customer reads")
    expects: Literal["text", "number", "email"] = Field("text", description="What counts as an answer")
    next: Way = ""
    fallback: Way = Field("", description="Where it leads when the answer is nothing of that kind")


class Condition(Part):
    """Goes one way or the other, by what is known."""

    kind: Literal["condition"]
    test: Literal["label", "open", "language", "answer"] = Field(
        description="The conversation has the label; somebody is there (business hours of its queue); the customer's"
        " language; what was answered to a question"
    )
    value: str = Field("", max_length=60, description="The label, the language, or the answer, word for word")
    question: Way = Field("", description="For answer: the question's node")
    then: Way = ""
    otherwise: Way = ""


class Tag(Part):
    """Puts labels on the conversation."""

    kind: Literal["tag"]
    labels: tuple[Label, ...] = Field(min_length=1, max_length=10)
    next: Way = ""


class Assign(Part):
    """Moves the conversation to a queue, and goes on."""

    kind: Literal["assign"]
    queue: str = Field(min_length=1, max_length=80, description="The queue's name")
    next: Way = ""


class Handover(Part):
    """A person goes on, and automation keeps silent."""

    kind: Literal["handover"]
    queue: str = Field("", max_length=80, description="The queue's name; empty leaves it where it is")
    note: str = Field("", max_length=300, description="What the team reads about it")


class TemplateNode(Part):
    """Says an approved utility template, and goes on or ends with it."""

    kind: Literal["template"]
    template: str = Field(min_length=1, max_length=512, description="The template's name")
    language: str = Field(min_length=2, max_length=16, description="Its language code")
    values: dict[str, Annotated[str, Field(max_length=1024)]] = Field(
        default_factory=dict, max_length=30, description="Variable -> value"
    )
    next: Way = ""
    ends: bool = Field(False, description="Whether this is the flow's last word")


Node = Annotated[
    Message | Buttons | Menu | Question | Condition | Tag | Assign | Handover | TemplateNode,
    Field(discriminator="kind"),
]
# Nodes at which the customer has a turn: the flow waits there.
TURNS = (Buttons, Menu, Question)


class FlowDefinition(Part):
    start: NodeName = Field(description="The node that it begins with")
    nodes: dict[NodeName, Node] = Field(min_length=1, max_length=100, description="Name -> node")


def ways_of(node: Node) -> Iterator[tuple[str, str]]:
    """(what the way is called, where it leads; empty where nobody has said) for each way out that the node needs."""
    if isinstance(node, Buttons | Menu):
        for choice in node.choices:
            yield choice.title, choice.next
        yield "fallback", node.fallback
    elif isinstance(node, Question):
        yield "next", node.next
        yield "fallback", node.fallback
    elif isinstance(node, Condition):
        yield "then", node.then
        yield "otherwise", node.otherwise
    elif not isinstance(node, Handover) and not (isinstance(node, Message | TemplateNode) and node.ends):
        yield "next", node.next


def text_of(node: Node) -> str:
    """What the customer reads at it; empty where nothing is said in our own words."""
    return node.text if isinstance(node, Message | Buttons | Menu | Question) else ""
