"""Messages that the customer answers by tapping, as their author writes them and as the Cloud API takes them.

Source: Meta, "Interactive messages" (reference of the Cloud API, section 2.3).
"""

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from messaging.whatsapp.session.parts import (
    FileHeader,
    Footer,
    Found,
    Header,
    Label,
    Part,
    Text1024,
    Text4096,
    TextHeader,
    Title,
    Url,
    Wire,
    header_of,
    upto,
)


class Interactive(Part):
    """What all of these have around their action."""

    wire: ClassVar[str] = "interactive"


def framed(
    kind: str,
    action: Wire,
    *,
    found: Found,
    text: str = "",
    header: TextHeader | FileHeader | None = None,
    footer: str = "",
) -> Wire:
    """The object around an action; what is empty is left out."""
    made: Wire = {"type": kind}
    if header is not None:
        made["header"] = header_of(header, found)
    if text:
        made["body"] = {"text": text}
    if footer:
        made["footer"] = {"text": footer}
    return made | {"action": action}


def refuse_twice(what: str, values: Iterable[str]) -> None:
    """Raises ValueError where two are alike: the customer's answer could not be told apart."""
    seen = [value.casefold() for value in values]
    if len(set(seen)) < len(seen):
        raise ValueError(f"two {what} are alike; the customer's answer could not be told apart")


class Button(Part):
    id: str = Field(min_length=1, max_length=256, description="Comes back with the answer; customers do not see it")
    title: Label = Field(description="Up to 20 characters")


class Buttons(Interactive):
    """A text with up to three buttons that answer."""

    kind: Literal["buttons"]
    header: Header | None = Field(None, description="What stands above the text; null for nothing")
    text: Text1024 = Field(description="Up to 1,024 characters")
    footer: Footer = ""
    buttons: Annotated[list[Button], Field(min_length=1, max_length=3, description="Up to 3")]

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        refuse_twice("ids of buttons", (button.id for button in self.buttons))
        refuse_twice("titles of buttons", (button.title for button in self.buttons))
        return self

    def content(self, found: Found) -> Wire:
        buttons = [{"type": "reply", "reply": {"id": one.id, "title": one.title}} for one in self.buttons]
        return framed(
            "button", {"buttons": buttons}, found=found, text=self.text, header=self.header, footer=self.footer
        )


class Row(Part):
    id: str = Field(min_length=1, max_length=200, description="Comes back with the answer; customers do not see it")
    title: Title = Field(description="Up to 24 characters")
    description: Annotated[str, Field(max_length=72, description="Up to 72 characters; empty for none"), upto(72)] = ""


class Section(Part):
    title: Annotated[str, Field(max_length=24, description="Needed when there are several sections"), upto(24)] = ""
    rows: Annotated[list[Row], Field(min_length=1, max_length=10, description="Up to 10")]


class Menu(Interactive):
    """A text with a list of up to ten rows behind a button."""

    kind: Literal["list"]
    header: TextHeader | None = Field(None, description="A title above the text; null for none")
    text: Text4096 = Field(description="Up to 4,096 characters")
    footer: Footer = ""
    button: Label = Field(description="What opens the list, up to 20 characters")
    sections: Annotated[list[Section], Field(min_length=1, max_length=10, description="Up to 10 rows in all")]

    @model_validator(mode="after")
    def _ten_rows(self) -> Self:
        rows = [row for section in self.sections for row in section.rows]
        if len(rows) > 10:
            raise ValueError(f"at most 10 rows in all; these are {len(rows)}")
        refuse_twice("ids of rows", (row.id for row in rows))
        if len(self.sections) > 1 and not all(section.title for section in self.sections):
            raise ValueError("each section needs a title when there are several")
        return self

    def content(self, found: Found) -> Wire:
        action = {"button": self.button, "sections": [_section(section) for section in self.sections]}
        return framed("list", action, found=found, text=self.text, header=self.header, footer=self.footer)


def _section(section: Section) -> Wire:
    rows = [
        {"id": row.id, "title": row.title, **({"description": row.description} if row.description else {})}
        for row in section.rows
    ]
    return {**({"title": section.title} if section.title else {}), "rows": rows}


class Link(Interactive):
    """A text with a button that opens a page."""

    kind: Literal["link"]
    header: Header | None = Field(None, description="What stands above the text; null for nothing")
    text: Text1024 = Field(description="Up to 1,024 characters")
    footer: Footer = ""
    label: Label = Field(description="The button, up to 20 characters")
    url: Url

    def content(self, found: Found) -> Wire:
        action = {"name": "cta_url", "parameters": {"display_text": self.label, "url": self.url}}
        return framed("cta_url", action, found=found, text=self.text, header=self.header, footer=self.footer)


class LocationRequest(Interactive):
    """Asks where the customer is."""

    kind: Literal["location_request"]
    text: Text1024 = Field(description="Up to 1,024 characters")

    def content(self, found: Found) -> Wire:
        return framed("location_request_message", {"name": "send_location"}, found=found, text=self.text)


class ContactRequest(Interactive):
    """Asks for the phone number of a customer whom we know by a user id alone."""

    kind: Literal["contact_request"]
    text: Text1024 = Field(description="Up to 1,024 characters")

    def content(self, found: Found) -> Wire:
        return framed("contact_request", {"name": "request_contact_info"}, found=found, text=self.text)


class Flow(Interactive):
    """Opens a form (a WhatsApp Flow) that has been published at Meta."""

    kind: Literal["flow"]
    header: Header | None = Field(None, description="What stands above the text; null for nothing")
    text: Text1024 = Field(description="Up to 1,024 characters")
    footer: Footer = ""
    flow_id: Annotated[str, Field(pattern=r"^[0-9]{0,32}$", description="Its id at Meta, or")] = ""
    flow_name: Annotated[str, Field(max_length=200, description="its name: one of the two.")] = ""
    label: Annotated[str, Field(min_length=1, max_length=30, description="The button, up to 30 characters"), upto(30)]
    token: Annotated[str, Field(max_length=200, description="Comes back with the answer")] = ""
    screen: Annotated[str, Field(max_length=80, description="Where it begins; empty lets the flow's server say")] = ""
    data: Annotated[dict[str, Any], Field(max_length=50, description="What the first screen is given")] = {}

    @model_validator(mode="after")
    def _one_flow(self) -> Self:
        if bool(self.flow_id) == bool(self.flow_name):
            raise ValueError("give flow_id or flow_name, not both")
        if self.data and not self.screen:
            raise ValueError("data belongs to a screen; name it")
        return self

    def content(self, found: Found) -> Wire:
        which = {"flow_id": self.flow_id} if self.flow_id else {"flow_name": self.flow_name}
        begins: Wire = {"flow_action": "data_exchange"}
        if self.screen:
            payload = {"screen": self.screen, **({"data": self.data} if self.data else {})}
            begins = {"flow_action": "navigate", "flow_action_payload": payload}
        parameters = {
            "flow_message_version": "3",
            **which,
            "flow_cta": self.label,
            **({"flow_token": self.token} if self.token else {}),
            "mode": "published",
            **begins,
        }
        action = {"name": "flow", "parameters": parameters}
        return framed("flow", action, found=found, text=self.text, header=self.header, footer=self.footer)
