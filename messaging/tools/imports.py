"""whatsapp.contact_import.preview and whatsapp.contact.import."""

import base64
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy, ngettext, override
from pydantic import Field

from accounts.roles import Role
from approvals.contracts import Answer, Ask, Contract
from approvals.floors import Always
from approvals.numerals import number
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Kind, tool
from messaging.imports.merge import merge
from messaging.imports.preview import summarise
from messaging.imports.reading import open_file
from messaging.imports.rows import Customs
from messaging.imports.staging import rows_digest, stage
from messaging.models import Channel, ImportBatch

MAX_MEGABYTES = 20


class ImportAsk(Ask):
    name: Annotated[str, Field(min_length=3, max_length=200, description="Where the file comes from: its name.")]
    content: Annotated[
        str,
        Field(
            max_length=MAX_MEGABYTES * 1024 * 1024 * 4 // 3 + 4,
            description="The CSV, or its bytes in base64. Its first line names the columns: phone, name, language,"
            " tags, consent_source, consent_at, consent_category, opt_out, crm_id, attribute.<name>; no others.",
        ),
    ]
    is_base64: Annotated[bool, Field(description="Whether content is base64: for files that are not UTF-8.")] = False


class FindingPart(Contract):
    code: Annotated[str, Field(description="What was found.")]
    column: Annotated[str, Field(description="In which column.")]
    text: Annotated[str, Field(description="What is wrong, in English.")]
    fix: Annotated[str, Field(description="What to do about it, in English.")]
    count: Annotated[int, Field(description="On how many lines.")]
    lines: Annotated[list[int], Field(description="The first of these lines.")]


class ImportContract(Contract):
    batch_id: Annotated[UUID, Field(description="The file as it was read.")]
    name: Annotated[str, Field(description="Where it comes from.")]
    rows_digest: Annotated[str, Field(description="SHA-256 over every row with its verdict.")]
    encoding: Annotated[str, Field(description="How the file was encoded.")]
    rows: Annotated[int, Field(description="Lines of the file: the sum of the six verdicts.")]
    new: Annotated[int, Field(description="New contacts.")]
    update: Annotated[int, Field(description="Contacts known already: what the file adds is added.")]
    duplicate: Annotated[int, Field(description="The same person as on another line.")]
    invalid: Annotated[int, Field(description="Lines without a usable phone number, or broken ones.")]
    no_consent: Annotated[int, Field(description="Lines without a traceable source of consent: not imported.")]
    opt_out: Annotated[int, Field(description="People the file says have opted out: they will be suppressed.")]
    stays_opted_out: Annotated[int, Field(description="Known people who opted out here: the file brings nobody back.")]
    findings: Annotated[list[FindingPart], Field(description="What was found, the most frequent first.")]

    def sentence(self) -> str:
        words = {"name": self.name, "new": number(self.new), "update": number(self.update)}
        sentence = ngettext(
            "Import “%(name)s”: %(new)s new contact, %(update)s known",
            "Import “%(name)s”: %(new)s new contacts, %(update)s known",
            self.new,
        )
        return sentence % words


class Imported(Answer):
    created: Annotated[int, Field(description="Contacts that are new.")]
    updated: Annotated[int, Field(description="Contacts to which something was added.")]
    agreed: Annotated[int, Field(description="Consents that were written down.")]
    opted_out: Annotated[int, Field(description="People who were suppressed because the file says so.")]
    stayed_opted_out: Annotated[int, Field(description="People whose opt-out stands against the file.")]


@dataclass(frozen=True, slots=True)
class RowsUnchanged:
    """The rows are still those that were previewed, and were not merged yet."""

    def __call__(self, call: Call, contract: ImportContract) -> Iterator[Reason]:
        batch = ImportBatch.objects.filter(pk=contract.batch_id, organisation=call.organisation).first()
        if batch is None or batch.rows_digest != contract.rows_digest or rows_digest(batch) != contract.rows_digest:
            yield Reason(
                "import_changed",
                gettext_lazy("The rows are not the ones that were previewed."),
                gettext_lazy("Preview the file again."),
                "preview_id",
            )
        elif batch.merged_at is not None:
            yield Reason(
                "already_imported",
                gettext_lazy("This file has been imported already."),
                gettext_lazy("Read the answer of the first import."),
                "preview_id",
            )


@tool(
    "whatsapp.contact_import.preview",
    kind=Kind.PREVIEW,
    scope="whatsapp:preview",
    reads_first=("whatsapp.contacts.list", "whatsapp.consent_records.list", "whatsapp.opt_outs.list"),
    safety="People without a traceable source of consent are never imported.",
)
def preview_import(call: Call, ask: ImportAsk) -> ImportContract:
    """Read a contact file and show what importing it would do: new, known, duplicate, invalid, opted out, and why."""
    organisation = call.organisation
    customs = Customs(organisation.default_country, ZoneInfo(organisation.timezone), call.now)
    file = open_file(io.BytesIO(_raw(ask)), customs)
    channel = Channel.WHATSAPP
    batch = stage(organisation, file, name=ask.name, channel=channel, made_by=call.actor.principal, now=call.now)
    with override("en"):  # the contract must not depend on the language of whoever asked
        summary = summarise(batch)
    findings = [
        FindingPart(
            code=one.code, column=one.column, text=one.text, fix=one.fix, count=one.count,
            lines=[example.line for example in one.examples],
        )
        for one in summary.findings
    ]  # fmt: skip
    return ImportContract(
        batch_id=batch.pk,
        name=batch.name,
        rows_digest=batch.rows_digest,
        encoding=batch.encoding,
        findings=findings,
        **{name: count for name, count in asdict(summary).items() if name != "findings"},
    )


def _raw(ask: ImportAsk) -> bytes:
    if not ask.is_base64:
        return ask.content.encode()
    try:
        return base64.b64decode(ask.content, validate=True)
    except ValueError:  # a wrong digit, a wrong length, or letters beyond ASCII
        raise Refused(
            Reason(
                "invalid_argument",
                gettext_lazy("This is not base64."),
                gettext_lazy("Encode the file's bytes, or pass its text with is_base64 false."),
                "content",
            )
        ) from None


@tool(
    "whatsapp.contact.import",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.contact_import.preview",),
    preview="whatsapp.contact_import.preview",
    approval=Always(role=Role.COMPLIANCE),
    guards=(RowsUnchanged(),),
    safety="Lines without a valid phone or traceable consent are rejected; nobody who opted out is brought back.",
)
def import_contacts(call: Call, contract: ImportContract) -> Imported:
    """Import a previewed contact file once a compliance officer has approved it."""
    batch = ImportBatch.objects.get(pk=contract.batch_id, organisation=call.organisation)
    return Imported(**merge(batch, call.actor, call.now))
