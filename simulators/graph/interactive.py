"""Interactive messages: one model a kind, with Meta's limits."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from simulators.graph.wire_models import Body, Document, Line, Link, MediaRef, Part, Short

Label = Annotated[str, Field(min_length=1, max_length=20)]


class TextHeader(Part):
    type: Literal["text"]
    text: Short


class ImageHeader(Part):
    type: Literal["image"]
    image: MediaRef


class VideoHeader(Part):
    type: Literal["video"]
    video: MediaRef


class DocumentHeader(Part):
    type: Literal["document"]
    document: Document


AnyHeader = Annotated[TextHeader | ImageHeader | VideoHeader | DocumentHeader, Field(discriminator="type")]
MovingHeader = Annotated[ImageHeader | VideoHeader, Field(discriminator="type")]


class BodyText(Part):
    text: Body


class LongBodyText(Part):
    text: Annotated[str, Field(min_length=1, max_length=4096)]


class Footer(Part):
    text: Short


class Framed(Part):
    """What most kinds have around their action."""

    header: AnyHeader | None = None
    body: BodyText
    footer: Footer | None = None


class Reply(Part):
    id: Annotated[str, Field(min_length=1, max_length=256)]
    title: Label


class ReplyButton(Part):
    type: Literal["reply"]
    reply: Reply


class ButtonAction(Part):
    buttons: Annotated[list[ReplyButton], Field(min_length=1, max_length=3)]

    @model_validator(mode="after")
    def unique(self) -> Self:
        for what in ("id", "title"):
            if len({getattr(button.reply, what) for button in self.buttons}) < len(self.buttons):
                raise ValueError(f"the {what} of each button must be unique")
        return self


class Buttons(Framed):
    type: Literal["button"]
    action: ButtonAction


class Row(Part):
    id: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(min_length=1, max_length=24)]
    description: Annotated[str, Field(max_length=72)] | None = None


class Section(Part):
    title: Annotated[str, Field(max_length=24)] | None = None
    rows: Annotated[list[Row], Field(min_length=1, max_length=10)]


class ListAction(Part):
    button: Label
    sections: Annotated[list[Section], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def ten_rows(self) -> Self:
        rows = [row for section in self.sections for row in section.rows]
        if len(rows) > 10 or len({row.id for row in rows}) < len(rows):
            raise ValueError("at most 10 rows in all, each with its own id")
        if len(self.sections) > 1 and not all(section.title for section in self.sections):
            raise ValueError("each section needs a title when there are several")
        return self


class List(Part):
    type: Literal["list"]
    header: TextHeader | None = None
    body: LongBodyText
    footer: Footer | None = None
    action: ListAction


class UrlParameters(Part):
    display_text: Label
    url: Link


class UrlAction(Part):
    name: Literal["cta_url"]
    parameters: UrlParameters


class CallToAction(Framed):
    type: Literal["cta_url"]
    action: UrlAction


class FlowOpening(Part):
    screen: Line
    data: Annotated[dict[str, Any], Field(min_length=1)] | None = None


class FlowParameters(Part):
    flow_message_version: Literal["3"]
    flow_id: Line | None = None
    flow_name: Line | None = None
    flow_cta: Annotated[str, Field(min_length=1, max_length=30)]
    flow_token: Line | None = None
    mode: Literal["published", "draft"] = "published"
    flow_action: Literal["navigate", "data_exchange"] = "navigate"
    flow_action_payload: FlowOpening | None = None

    @model_validator(mode="after")
    def one_flow(self) -> Self:
        if (self.flow_id is None) == (self.flow_name is None):
            raise ValueError("exactly one of flow_id and flow_name is needed")
        return self


class FlowAction(Part):
    name: Literal["flow"]
    parameters: FlowParameters


class Flow(Framed):
    type: Literal["flow"]
    action: FlowAction


# What each request is called in its action.
REQUESTS = {
    "location_request_message": "send_location",
    "contact_request": "request_contact_info",
    "call_permission_request": "call_permission_request",
}


class Named(Part):
    name: Literal["send_location", "request_contact_info", "call_permission_request"]


class Request(Part):
    type: Literal["location_request_message", "contact_request", "call_permission_request"]
    body: BodyText
    action: Named

    @model_validator(mode="after")
    def named_after_its_type(self) -> Self:
        if self.action.name != REQUESTS[self.type]:
            raise ValueError(f"the action of {self.type} is {REQUESTS[self.type]}")
        return self


class AddressParameters(Part):
    country: Literal["IN"]
    values: dict[str, str] = {}
    saved_addresses: list[dict[str, Any]] = []
    validation_errors: dict[str, str] = {}


class AddressAction(Part):
    name: Literal["address_message"]
    parameters: AddressParameters


class Address(Framed):
    type: Literal["address_message"]
    action: AddressAction
