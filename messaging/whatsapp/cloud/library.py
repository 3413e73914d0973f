"""What Meta tells about templates beside the templates: ready-made texts, preset texts, comparisons, codes in bulk."""

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from messaging.whatsapp import answers
from messaging.whatsapp.cloud.caller import Asked, Caller
from messaging.whatsapp.graph import node

COMPARED_DAYS = (7, 30, 60, 90)
DAY = 86400


class LibraryTemplate(answers.Answer):
    """A text that Meta has approved for everybody; usually there is no review when it is used."""

    id: answers.Text = ""
    name: answers.Text = ""
    language: answers.Text = ""
    category: answers.Text = ""
    topic: answers.Text = ""
    usecase: answers.Text = ""
    industry: answers.Many = Field(default_factory=list)
    header: answers.Text = ""
    body: answers.Text = ""
    body_params: answers.Many = Field(default_factory=list)
    body_param_types: answers.Many = Field(default_factory=list)
    buttons: list[dict[str, Any]] = Field(default_factory=list)


class LibrarySearch(Asked):
    """What is looked for in the library; everything may be left out."""

    search: str | None = None
    topic: Literal["ACCOUNT_UPDATE", "CUSTOMER_FEEDBACK", "ORDER_MANAGEMENT", "PAYMENTS"] | None = None
    usecase: str | None = None
    industry: Literal["E_COMMERCE", "FINANCIAL_SERVICES"] | None = None
    language: str | None = None


class LibraryChoice(Asked):
    """A template made of one of the library's texts."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,512}$")]
    language: Annotated[str, Field(min_length=2, max_length=12)]
    category: Literal["UTILITY", "AUTHENTICATION"]
    library_template_name: Annotated[str, Field(min_length=1, max_length=512)]
    library_template_button_inputs: list[dict[str, Any]] | None = None
    library_template_body_inputs: dict[str, Any] | None = None


class CodeTemplates(Asked):
    """One-time password templates in many languages at once; texts are Meta's own."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,512}$")]
    languages: Annotated[list[str], Field(min_length=1)]
    category: Literal["AUTHENTICATION"] = "AUTHENTICATION"
    components: Annotated[list[dict[str, Any]], Field(min_length=1)]
    message_send_ttl_seconds: Annotated[int, Field(ge=30, le=900)] | None = None

    def body(self) -> dict[str, Any]:
        """The category goes along, given or not."""
        return {**super().body(), "category": self.category}


class Preview(answers.Answer):
    """The preset text of a one-time password in one language."""

    language: answers.Text = ""
    body: answers.Text = ""
    footer: answers.Text = ""
    buttons: list[dict[str, Any]] = Field(default_factory=list)


class Metric(answers.Answer):
    """One row of a comparison: BLOCK_RATE, MESSAGE_SENDS or TOP_BLOCK_REASON, with Meta's own values."""

    metric: answers.Text = ""
    type: answers.Text = ""
    order_by_relative_metric: answers.Many = Field(default_factory=list)
    number_values: list[dict[str, Any]] = Field(default_factory=list)
    string_values: list[dict[str, Any]] = Field(default_factory=list)


class _Upserted(answers.Answer):
    data: list[answers.Created] = Field(default_factory=list)


class Library(Caller):
    """Ready-made and preset texts, and how two templates compare."""

    def search_library(self, wanted: LibrarySearch | None = None) -> Iterator[LibraryTemplate]:
        """Meta's ready-made texts that fit."""
        params = {"limit": "100"} | (wanted.body() if wanted else {})
        return self._pages(answers.Page[LibraryTemplate], "message_template_library", params)

    def create_from_library(self, waba_id: str, choice: LibraryChoice) -> answers.Created:
        """A template of ours with a text of the library."""
        return self._graph.ask(answers.Created, "POST", f"{node(waba_id)}/message_templates", body=choice.body())

    def upsert_code_templates(self, waba_id: str, wanted: CodeTemplates) -> list[answers.Created]:
        """Create or replace the one-time password template in each of the languages."""
        path = f"{node(waba_id)}/upsert_message_templates"
        return self._graph.ask(_Upserted, "POST", path, body=wanted.body()).data

    def preview_codes(self, waba_id: str, languages: Sequence[str]) -> Iterator[Preview]:
        """What a one-time password will say in these languages."""
        params = {"category": "AUTHENTICATION", "languages": ",".join(languages), "button_types": "OTP"}
        return self._pages(answers.Page[Preview], f"{node(waba_id)}/message_template_previews", params)

    def compare_templates(self, template_id: str, other_id: str, start: int, end: int) -> list[Metric]:
        """Two templates with at least 1,000 sends each, over 7, 30, 60 or 90 days; unix seconds."""
        if end - start not in {days * DAY for days in COMPARED_DAYS}:
            raise ValueError("Templates are compared over 7, 30, 60 or 90 days; choose start and end so.")
        params = {"template_ids": json.dumps([node(other_id)]), "start": str(start), "end": str(end)}
        path = f"{node(template_id)}/compare"
        return self._graph.ask(answers.Page[Metric], "GET", path, params=params).data
