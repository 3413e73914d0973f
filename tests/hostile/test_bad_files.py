"""Bad contact files through the tools as agents use them: every row is accounted for, and no bad one gets further."""

import base64
from collections.abc import Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

import pytest

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.decisions import approve
from approvals.execution import carry_out
from approvals.models import ActionRequest, Preview
from approvals.reasons import Refused
from messaging.models import ConsentEvidence, Contact, ImportBatch, ImportRow, Suppression
from tests.factories import NOON, PersonFactory, mei_chan, other_tenant, sam_lee
from tests.hostile.bad_files import ENCODINGS, HEADINGS, MEI, NOT_CSV, SAM, BadFile, lines
from tests.hostile.bad_rows import CELLS, RECORDS

pytestmark = pytest.mark.django_db

ALL = (*ENCODINGS, *NOT_CSV, *HEADINGS, *RECORDS, *CELLS)
ACCEPTED = ("new", "opt_out")


def previewed(content: bytes) -> Any:
    """What Sam is shown of the file."""
    return asked(content=base64.b64encode(content).decode(), is_base64=True)


def asked(**ask: Any) -> Any:
    return call("whatsapp.contact_import.preview", {"name": "march.csv", **ask}, sam(), NOON)


def sam() -> Actor:
    return Actor.of_person(sam_lee(), Face.REST)


def wished(preview_id: Any, actor: Actor | None = None) -> ActionRequest:
    wish = {"preview_id": str(preview_id), "reason": "New customers.", "idempotency_key": f"import-{preview_id}"}
    answer = call("whatsapp.contact.import", wish, actor or sam(), NOON)
    assert answer.request is not None
    return ActionRequest.objects.get(pk=answer.request.action_request_id)


def imported(preview_id: Any) -> ActionRequest:
    """Sam asks, Mei approves, the worker carries it out."""
    request = wished(preview_id)
    approve(request.pk, Actor.of_person(mei_chan(), Face.DESK), NOON, seal=request.seal, password_given=True)
    return carry_out(request.pk, NOON)


def became(batch: UUID) -> Iterator[str]:
    """A line each of the file's records: its verdict and what was found, as the table writes it."""
    rows = ImportRow.objects.filter(batch=batch).order_by("line").values_list("verdict", "problems")
    told = (" ".join([verdict, *(problem["code"] for problem in problems)]) for verdict, problems in rows)
    for line, alike in groupby(told):
        count = sum(1 for _ in alike)
        yield line if count == 1 else f"{count} x {line}"


def expected_of(bad: BadFile) -> Iterator[str]:
    """The table's lines with neighbours that are alike counted together, as `became` tells them."""
    each = [line for row in bad.rows for line in _repeated(row)]
    for line, alike in groupby(each):
        count = sum(1 for _ in alike)
        yield line if count == 1 else f"{count} x {line}"


def _repeated(row: str) -> list[str]:
    count, times, line = row.partition(" x ")
    return [line] * int(count) if times else [row]


def _rows_of(bad: BadFile, *verdicts: str) -> int:
    return sum(line.split()[0] in verdicts for row in bad.rows for line in _repeated(row))


def test_there_are_sixty_kinds_of_bad_files_and_no_two_alike() -> None:
    assert len({bad.name for bad in ALL}) == len({bad.make() for bad in ALL}) == len(ALL) >= 60


@pytest.mark.parametrize("bad", [bad for bad in ALL if bad.refused], ids=lambda bad: bad.name)
def test_a_file_that_is_no_contact_list_is_refused_as_a_whole(bad: BadFile) -> None:
    with pytest.raises(Refused) as no:
        previewed(bad.make())
    (reason,) = no.value.reasons
    assert f"{reason.code} {reason.field}" == bad.refused
    assert str(reason.text)
    assert str(reason.fix)
    assert not ImportBatch.objects.exists()
    assert not ImportRow.objects.exists()


@pytest.mark.parametrize("bad", [bad for bad in ALL if not bad.refused], ids=lambda bad: bad.name)
def test_every_row_is_accounted_for_and_no_bad_one_is_imported(bad: BadFile) -> None:
    shown = previewed(bad.make())
    assert tuple(became(shown.data["batch_id"])) == tuple(expected_of(bad))
    assert shown.data["encoding"] == bad.encoding
    verdicts = ("new", "update", "duplicate", "invalid", "no_consent", "opt_out")
    assert shown.data["rows"] == sum(shown.data[verdict] for verdict in verdicts) == _rows_of(bad, *verdicts)
    done = imported(shown.preview_id)
    assert (done.state, done.reasons) == ("succeeded", [])
    assert Contact.objects.count() == _rows_of(bad, *ACCEPTED)
    assert ConsentEvidence.objects.filter(act="granted").count() == _rows_of(bad, "new")
    assert Suppression.objects.count() == _rows_of(bad, "opt_out")


def test_a_hundred_thousand_bad_rows_are_told_one_by_one() -> None:
    shown = previewed(lines(*["12,Mei,Shop,2026-01-05"] * 100_000))
    assert (shown.data["rows"], shown.data["invalid"]) == (100_000, 100_000)
    (found,) = shown.data["findings"]
    assert (found["code"], found["count"], found["lines"]) == ("phone_too_short", 100_000, [2, 3, 4])


def test_what_is_odd_and_true_is_kept_as_it_was_written() -> None:
    kept = {
        "+85261234560": "=1+1",
        "+85261234561": "@SUM(A1)",
        "+85261234562": "\\N",
        "+85261234563": "\\.",
        "+85261234564": "👩‍👩‍👧‍👦🇭🇰",
        "+85261234565": "NULL",
        "+85261234566": "{a}",
    }
    imported(previewed(lines(*(f"{phone},{name},Shop,2026-01-05" for phone, name in kept.items()))).preview_id)
    assert dict(Contact.objects.values_list("phone", "name")) == kept


def test_the_same_file_again_brings_nobody_twice() -> None:
    first = imported(previewed(lines(MEI, SAM)).preview_id)
    again = imported(previewed(lines(MEI, SAM)).preview_id)
    assert first.result == {"created": 2, "updated": 0, "agreed": 2, "opted_out": 0, "stayed_opted_out": 0}
    assert again.result == {"created": 0, "updated": 2, "agreed": 0, "opted_out": 0, "stayed_opted_out": 0}
    assert (Contact.objects.count(), ConsentEvidence.objects.count()) == (2, 2)


@pytest.mark.parametrize(
    ("ask", "refused"),
    [
        ({"content": base64.b64encode(lines(MEI)).decode()[:-3], "is_base64": True}, "invalid_argument content"),
        ({"content": "電話", "is_base64": True}, "invalid_argument content"),
        ({"content": lines(MEI).decode() + "\0"}, "invalid_argument content"),
        ({"content": lines(MEI).decode() + "\ud83d"}, "invalid_argument content"),
        ({"content": ["phone"]}, "invalid_argument content"),
        ({"content": ""}, "import_empty file"),
    ],
    ids=["cut_base64", "no_base64", "nul", "half_a_letter", "list", "nothing"],
)
def test_an_upload_that_broke_on_the_way_is_refused_by_its_field(ask: dict[str, Any], refused: str) -> None:
    with pytest.raises(Refused) as no:
        asked(**ask)
    assert [f"{reason.code} {reason.field}" for reason in no.value.reasons] == [refused]


def test_rows_that_are_not_those_of_the_preview_are_not_imported() -> None:
    shown = previewed(lines(MEI, SAM))
    ImportBatch.objects.update(rows_digest="0" * 64)
    with pytest.raises(Refused) as no:
        wished(shown.preview_id)
    assert no.value.codes == ["import_changed"]


def test_another_organisations_file_is_not_there() -> None:
    shown = previewed(lines(MEI))
    stranger = PersonFactory(organisation=other_tenant(), username="pat", role="marketer")
    with pytest.raises(Refused) as no:
        wished(shown.preview_id, Actor.of_person(stranger, Face.REST))
    assert no.value.codes == ["preview_not_found"]
    assert Preview.objects.count() == 1
