"""A record with something in it, and its export."""

from pathlib import Path

from django.db import transaction

from accounts.actor import Actor
from accounts.models import Organisation
from audit.audit_actions import EXPORTED
from audit.export import export
from audit.record import record
from tests.factories import NOON


def happened(organisation: Organisation, times: int) -> list[int]:
    with transaction.atomic():
        beat = Actor.system(organisation, "beat")
        return [record(EXPORTED, organisation, beat, now=NOON, note=f"{n} 杯\n") for n in range(times)]


def exported(folder: Path, organisation: Organisation | None = None) -> Path:
    file = folder / "export.jsonl"
    with file.open("wb") as out:
        export(out, NOON, organisation)
    return file
