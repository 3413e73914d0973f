"""A contact file of spring, staged and merged, and what stands afterwards."""

import io
from datetime import datetime

from accounts.actor import Actor
from accounts.models import Organisation
from messaging.imports.merge import merge
from messaging.imports.reading import open_file
from messaging.imports.rows import Customs
from messaging.imports.staging import stage
from messaging.models import (
    Channel,
    ConsentEvidence,
    ConsentState,
    Contact,
    Identity,
    ImportBatch,
    ImportRow,
    Suppression,
)
from tests.factories import (
    HONG_KONG,
    NOON,
    harbour_tea,
)

HEAD = "phone,name,tags,consent source,consent date,opt out,attribute.tier\n"
CHAN = "6123 4567,Mei Chan,vip;tea,Web form spring,2026-01-05,,gold"
JANUARY = datetime(2026, 1, 5, tzinfo=HONG_KONG)


def staged(*lines: str, organisation: Organisation | None = None, name: str = "spring.csv") -> ImportBatch:
    file = open_file(io.BytesIO((HEAD + "\n".join(lines)).encode()), Customs("HK", HONG_KONG, NOON))
    return stage(
        organisation or harbour_tea(), file, name=name, channel=Channel.WHATSAPP, made_by="person:sam", now=NOON
    )


def merged(batch: ImportBatch) -> dict[str, int]:
    return merge(batch, Actor.system(batch.organisation, "test"), NOON)


def verdicts(batch: ImportBatch) -> list[str]:
    return list(ImportRow.objects.filter(batch=batch).order_by("line").values_list("verdict", flat=True))


def notes(batch: ImportBatch, line: int) -> list[str]:
    return [problem["code"] for problem in ImportRow.objects.get(batch=batch, line=line).problems]


def state_of(contact: Contact, channel: str = Channel.WHATSAPP) -> str:
    return ConsentState.objects.get(contact=contact, channel=channel, category="marketing").state


def everything() -> dict[str, list[tuple[object, ...]]]:
    models = (Contact, Identity, ConsentEvidence, ConsentState, Suppression)
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in models}
