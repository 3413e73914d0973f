"""A sender ID is applied for with papers and a countersignature, and is usable only once the registers say so."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor, Face
from approvals.execution import carry_out
from approvals.models import ActionRequest
from approvals.registry import Call
from approvals.versions import token_of
from audit.models import Entry
from sms.models import SenderId, SenderIdState
from sms.sender_ids import applying
from sms.sender_ids.contract import ApplicationContract
from sms.sender_ids.life import reject, suspend, usable_in, verify
from tests.approvals.tea_room import approved, refused
from tests.factories import NOON, ada_wong, harbour_tea
from tests.sms.tea_papers import APPLICATION, LICENCE, PROOF, applied_for
from tests.sms.tea_texts import TeaTexts, texter, use

pytestmark = pytest.mark.django_db


def ask(**changed: Any) -> Any:
    return use(
        "sender_id.apply", texter(), idempotency_key=f"key-{uuid4()}", reason="SSRS", **{**APPLICATION, **changed}
    )


def countersigned(**changed: Any) -> ActionRequest:
    answer = ask(**changed)
    return carry_out(approved(ActionRequest.objects.get(pk=answer.request.action_request_id)).pk, NOON)


def ada() -> Actor:
    return Actor.of_person(ada_wong(), Face.DESK)


def codes(**changed: Any) -> list[str]:
    return list(refused(lambda: ask(**changed)).codes)


def test_an_application_waits_for_an_officer_and_is_then_applied_for_with_its_papers() -> None:
    assert ask().request.state == "pending"
    assert SenderId.objects.count() == 0
    assert countersigned(value="#SECOND").state == "succeeded"
    kept = SenderId.objects.get()
    assert (kept.value, kept.state, kept.sender) == ("#SECOND", SenderIdState.APPLIED, None)
    assert kept.documents[0]["sha256"] == PROOF
    assert usable_in(kept, NOON.date()) == []
    assert Entry.objects.filter(action="sms.sender_id_applied").count() == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"value": "#TWELVE-CHARS"}, "odd_sender_id"),
        ({"value": "#茶"}, "odd_sender_id"),
        ({"value": "#12345"}, "odd_sender_id"),
        ({"value": "#A{B}"}, "odd_sender_id"),
        ({"kind": "name"}, "mark_without_register"),
        ({"value": "TEA#", "countries": ["SG"]}, "mark_without_register"),
        ({"value": "TEAHOUSE"}, "mark_missing"),
        ({"value": "12", "kind": "short_number"}, "odd_sender_id"),
        ({"value": "21234567", "kind": "long_number"}, "odd_sender_id"),
        ({"countries": ["XX"]}, "unknown_country"),
        ({"documents": []}, "paper_missing"),
        ({"documents": [{**LICENCE, "sha256": ""}]}, "hash_missing"),
        ({"company_authorised": False}, "invalid_argument"),
    ],
)
def test_what_no_network_or_register_would_take_is_refused(changed: dict[str, Any], code: str) -> None:
    assert code in codes(**changed)


def test_names_of_other_countries_and_numbers_need_no_mark() -> None:
    assert ask(value="TEAHOUSE", kind="name", countries=["GB"], documents=[]).request.state == "pending"
    assert ask(value="+85221234567", kind="long_number", documents=[]).request.state == "pending"


def test_only_the_version_that_was_read_is_changed_and_a_verified_one_is_not() -> None:
    draft = applied_for(harbour_tea())
    key = {"sender_id": str(draft.pk)}
    assert codes(**key) == ["stale_version"]
    done = countersigned(**key, base_version_token=token_of(draft))
    kept = SenderId.objects.get()
    assert (done.state, kept.version, kept.value, kept.state) == ("succeeded", 2, "#TEAHOUSE", SenderIdState.APPLIED)
    SenderId.objects.filter(pk=kept.pk).update(state=SenderIdState.VERIFIED)
    assert codes(**key, base_version_token=token_of(kept)) == ["wrong_state"]


def test_a_name_of_ones_own_is_not_applied_for_twice() -> None:
    applied_for(harbour_tea(), "#TEAHOUSE")
    assert codes() == ["sender_id_taken"]


def test_two_applications_for_the_same_name_end_in_one() -> None:
    first, second = (ActionRequest.objects.get(pk=ask().request.action_request_id) for _turn in range(2))
    assert carry_out(approved(first).pk, NOON).state == "succeeded"
    assert "sender_id_taken" in refused(lambda: approved(second)).codes


def test_of_two_carried_out_at_the_same_moment_the_second_is_told_that_the_name_is_taken() -> None:
    request = ActionRequest.objects.get(pk=ask().request.action_request_id)
    contract = ApplicationContract.model_validate(request.preview.contract)
    applied_for(harbour_tea(), contract.value)  # between the guard and the row
    call = Call(ada(), NOON, request)
    assert refused(lambda: applying.apply(call, contract)).codes == ["sender_id_taken"]
    assert SenderId.objects.count() == 1


def test_verifying_needs_the_reference_of_the_register_and_gives_it_a_place_in_the_engine() -> None:
    countersigned()
    identity = SenderId.objects.get()
    assert refused(lambda: verify(identity, ada(), NOON)).codes == ["not_registered"]
    SenderId.objects.update(register_reference="SSRS-0042")
    done = verify(identity, ada(), NOON)
    assert done.state == SenderIdState.VERIFIED
    assert done.sender is not None
    assert (done.sender.channel, done.sender.number, done.sender.provider_ref) == ("sms", "#TEAHOUSE", str(done.pk))
    assert usable_in(done, NOON.date()) == []  # no gateway carries it yet


def test_each_move_is_one_that_its_life_allows() -> None:
    draft = applied_for(harbour_tea())
    for move in (lambda: verify(draft, ada(), NOON), lambda: suspend(draft, "x", ada(), NOON)):
        assert refused(move).codes == ["wrong_state"]
    SenderId.objects.update(state=SenderIdState.APPLIED)
    assert reject(draft, "Not your brand", ada(), NOON).rejection == "Not your brand"


def test_a_suspended_sender_id_sends_nowhere_and_keeps_its_place_when_it_is_verified_again() -> None:
    identity = TeaTexts().identity
    place = identity.sender_id
    SenderId.objects.update(register_reference="SSRS-0042")
    assert usable_in(suspend(identity, "Complaint", ada(), NOON), NOON.date()) == []
    again = verify(identity, ada(), NOON)
    assert (again.sender_id, usable_in(again, NOON.date())) == (place, ["HK", "MO"])
