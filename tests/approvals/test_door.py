"""The one door: who may come in, with what, and how a no looks."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.actor import Actor, Face
from accounts.models import BudgetUse
from approvals.calls import call
from approvals.models import ActionRequest, IdempotentCall, Preview
from audit.models import Entry
from messaging.models import Segment
from tests.approvals.tea_room import poured, previewed, refused, tea_agent, wish
from tests.factories import NOON, SegmentFactory, harbour_tea, other_tenant, sam_lee, vera_ng

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]

CUP = "00000000-0000-4000-8000-000000000001"


def told(no: Any) -> list[dict[str, str]]:
    return [reason.as_dict() for reason in no.reasons]


def rows() -> dict[str, int]:
    """Everything that a refused call could have left behind."""
    counts = {model.__name__: model.objects.count() for model in (ActionRequest, BudgetUse, IdempotentCall, Preview,
                                                                  Segment)}  # fmt: skip
    return counts | {"Entry": Entry.objects.exclude(action__endswith=".refused").count()}


def test_a_tool_nobody_declared_is_unknown() -> None:
    no = refused(lambda: call("tea.pot.smash", {}, tea_agent(), NOON))
    assert told(no) == [
        {
            "code": "unknown_tool",
            "text": "There is no tool 'tea.pot.smash'.",
            "fix": "List the tools and use a name from there.",
        }
    ]


def test_a_tool_outside_the_agents_toolset_is_as_unknown_as_one_nobody_declared() -> None:
    agent = tea_agent(toolset="read-only")
    hidden = refused(lambda: call("tea.pot.serve", {}, agent, NOON))
    unknown = refused(lambda: call("tea.pot.swirl", {}, agent, NOON))
    assert str(hidden).replace("tea.pot.serve", "tea.pot.swirl") == str(unknown)
    assert call("tea.cup.get", {"cup_id": str(SegmentFactory().pk)}, agent, NOON).data["phone"] == "+852••••567"


def test_the_toolset_counts_before_the_scope_so_that_a_missing_scope_betrays_no_tool() -> None:
    agent = tea_agent(toolset="read-only", scopes=["whatsapp:read"])
    assert refused(lambda: call("tea.pot.serve", {}, agent, NOON)).codes == ["unknown_tool"]


def test_the_wire_name_opens_the_same_door() -> None:
    assert call("tea_pot_preview", {"blend": "jasmine"}, tea_agent(), NOON).tool == "tea.pot.preview"


def test_without_the_scope_a_tool_says_which_one_it_needs() -> None:
    no = refused(lambda: call("tea.pot.preview", {"blend": "jasmine"}, tea_agent(scopes=["whatsapp:read"]), NOON))
    assert told(no) == [
        {
            "code": "scope_missing",
            "text": "You may not use tea.pot.preview: it needs the scope whatsapp:preview.",
            "fix": "Ask an administrator of your organisation for the scope.",
        }
    ]


def test_the_scope_is_asked_for_before_the_arguments_are_read() -> None:
    viewer = Actor.of_person(vera_ng(), Face.REST)
    assert refused(lambda: call("tea.pot.preview", {"nonsense": 1}, viewer, NOON)).codes == ["scope_missing"]


def test_an_agent_may_do_no_more_than_its_owner_could() -> None:
    owner = sam_lee()
    owner.role = "viewer"
    owner.save()
    no = refused(lambda: call("tea.pot.preview", {"blend": "jasmine"}, tea_agent(owner=owner), NOON))
    assert no.codes == ["scope_missing"]


def test_every_wrong_field_is_named_at_once() -> None:
    no = refused(lambda: call("tea.pot.brew", wish("short", cups=-1, blend="x", sugar=2), tea_agent(), NOON))
    assert {reason.code for reason in no.reasons} == {"invalid_argument"}
    assert sorted(reason.field for reason in no.reasons) == ["blend", "cups", "idempotency_key", "sugar"]
    assert all(reason.text and reason.fix for reason in no.reasons)


def test_a_missing_field_and_an_unknown_one_say_what_to_do() -> None:
    no = refused(lambda: call("tea.pot.preview", {"blends": "jasmine"}, tea_agent(), NOON))
    assert {reason["field"]: reason["fix"] for reason in told(no)} == {
        "blend": "Pass this field.",
        "blends": "Remove this field, or correct its spelling.",
    }


def test_a_write_without_a_reason_or_a_key_is_refused() -> None:
    no = refused(lambda: call("tea.pot.brew", {"blend": "jasmine"}, tea_agent(), NOON))
    assert [reason.field for reason in no.reasons] == ["idempotency_key", "reason"]


def test_another_tenants_row_is_answered_like_one_that_never_was() -> None:
    theirs = SegmentFactory(organisation=other_tenant())
    unknown = uuid4()

    def answer(cup: UUID) -> list[dict[str, str]]:
        return told(refused(lambda: call("tea.cup.get", {"cup_id": str(cup)}, tea_agent(), NOON)))

    assert answer(theirs.pk) == answer(unknown)


def test_a_refused_call_leaves_nothing_behind() -> None:
    agent = tea_agent(people_per_day=5)
    preview = previewed(agent, cups=6)
    cold = harbour_tea()
    before = rows()
    for name, arguments in (
        ("tea.pot.smash", {}),
        ("tea.pot.preview", {"blend": ""}),
        ("tea.cup.get", {"cup_id": CUP}),
        ("tea.pot.brew", wish(blend="lapsang")),
        ("tea.pot.brew", wish(blend="jasmine", cups=6)),
        ("tea.pot.serve", wish(preview_id=preview)),
        ("tea.pot.serve", wish(preview_id=CUP)),
    ):
        refused(lambda name=name, arguments=arguments: call(name, arguments, agent, NOON))
    assert rows() == before
    assert cold.sending_stopped_at is None
    assert poured() == 0


def test_every_reason_of_every_guard_is_told_at_once() -> None:
    organisation = harbour_tea()
    organisation.sending_stopped_at = NOON
    organisation.save()
    no = refused(lambda: call("tea.pot.brew", wish(blend="lapsang"), tea_agent(), NOON))
    assert no.codes == ["water_is_cold", "out_of_stock"]


def test_a_preview_shows_what_the_gate_would_say_today_and_writes_only_itself() -> None:
    before = rows()
    answer = call("tea.pot.preview", {"blend": "lapsang"}, tea_agent(), NOON)
    assert answer.warnings == ["out_of_stock: There is no lapsang. Choose another blend."]
    assert answer.next_actions == ["tea.pot.serve"]
    assert rows() == {**before, "Preview": 1, "Entry": 1}


def test_each_kind_of_call_writes_its_entry_into_the_audit() -> None:
    agent, cup = tea_agent(), SegmentFactory()
    call("tea.cup.get", {"cup_id": str(cup.pk)}, agent, NOON)
    preview = previewed(agent)
    call("tea.pot.serve", wish(preview_id=preview), agent, NOON)
    call("tea.pot.empty", wish(blend="jasmine"), agent, NOON)
    actions = list(Entry.objects.order_by("pk").values_list("action", "actor_kind", "face"))
    assert actions == [
        ("tool.read", "agent", "mcp"),
        ("preview.made", "agent", "mcp"),
        ("request.made", "agent", "mcp"),
        ("request.made", "agent", "mcp"),
        ("request.approve", "system", "system"),
        ("request.start", "system", "system"),
        ("request.succeed", "system", "system"),
    ]


def test_the_entry_and_the_request_stand_or_fall_together(monkeypatch: pytest.MonkeyPatch) -> None:
    agent = tea_agent()
    preview = previewed(agent)
    before = rows()

    def full(*_: Any, **__: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("approvals.calls.record", full)
    for name, arguments in (
        ("tea.pot.serve", wish(preview_id=preview)),
        ("tea.pot.empty", wish(blend="jasmine")),
        ("tea.pot.preview", {"blend": "jasmine"}),
    ):
        with pytest.raises(OSError, match="disk is full"):
            call(name, arguments, agent, NOON)
    assert rows() == before


def test_a_waiting_write_says_in_plain_words_that_nothing_was_done() -> None:
    agent = tea_agent()
    answer = call("tea.pot.serve", wish(preview_id=previewed(agent)), agent, NOON)
    assert answer.request is not None
    assert answer.request.state == "pending"
    assert answer.request.decided_by == ""
    assert answer.request.anything_sent == "Nothing has been done or sent: a person has to decide first."
    assert answer.request.review_url.endswith(
        f"/desk/approvals/actionrequest/{answer.request.action_request_id}/change/"
    )
    assert answer.data is None
    assert poured() == 0
