"""Short links through the door: previewed, made, counted."""

from datetime import timedelta
from typing import Any

import pytest

from approvals.execution import carry_out
from approvals.models import ActionRequest, Policy
from messaging.models import Message, Status
from sms.links.codes import make_codes
from sms.links.counting import clicks_of_sends
from sms.links.standing import part_of, reasons_against
from sms.models import Click, LinkCode, LinkDomain, LinkRules, ShortLink, Visitor
from tests.approvals.tea_room import approved, refused
from tests.factories import NOON, SegmentFactory, harbour_tea, other_tenant
from tests.sms.links.tea_links import BASE, SHOP, link_to, shop, texted
from tests.sms.tea_texts import drinker, texter, use

UNTIL = "2026-04-30T12:00:00+08:00"
PREVIEW, CREATE, CLICKS = "short_links.preview", "short_links.create", "link_clicks.list"


def link_ask(**changed: Any) -> dict[str, Any]:
    utm = {"campaign": "spring-tea"}
    return {"name": "Spring tea", "destination": SHOP, "utm": utm, "expires_at": UNTIL, **changed}


def let_links_run() -> None:
    Policy.objects.create(
        organisation=harbour_tea(), name="Links at once", tools="sms_marketing.short_links.create", outcome="automatic"
    )


def made(actor: Any, **changed: Any) -> Any:
    preview = use(PREVIEW, actor, **link_ask(**changed))
    return use(
        CREATE, actor, short_link_preview_id=str(preview.preview_id), idempotency_key="spring-link", reason="Spring"
    )


@pytest.mark.django_db
def test_a_preview_shows_length_domain_parameters_and_end_and_writes_nothing() -> None:
    shop()
    drinker("Ann")
    segment = SegmentFactory(rule='tag = "tea"')
    data = use(PREVIEW, texter(), **link_ask(segment_id=str(segment.pk))).data
    assert data["destination"] == (
        "https://shop.harbour-tea.test/spring?colour=green&utm_source=sms&utm_medium=sms&utm_campaign=spring-tea#top"
    )
    assert (data["shape"], data["characters"]) == (f"{BASE}/88888888", 33)
    assert data["utm_added"] == {"utm_source": "sms", "utm_medium": "sms", "utm_campaign": "spring-tea"}
    assert (data["destination_host"], data["people"], data["sensitive"]) == ("shop.harbour-tea.test", 1, [])
    assert ShortLink.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"destination": "https://evil.test/tea"}, "domain_not_allowed"),
        ({"expires_at": "2026-03-02T12:30:00+08:00"}, "expires_too_soon"),
        ({"expires_at": "2028-03-02T12:00:00+08:00"}, "expires_too_late"),
        ({"short_host": "t.peak-coffee.test"}, "short_host_unknown"),
        ({"utm": {"campaign": "61234567"}}, "personal_data"),
        ({"utm": {"campaign": "Spring Tea"}}, "invalid_argument"),
        ({"tracked": True}, "tracking_not_allowed"),
    ],
)
def test_what_a_preview_refuses(changed: dict[str, Any], code: str) -> None:
    shop()
    LinkRules.objects.create(organisation=harbour_tea(), tracked="tracked" not in changed)
    LinkDomain.objects.create(organisation=other_tenant(), purpose="short", host="t.peak-coffee.test")
    assert code in refused(lambda: use(PREVIEW, texter(), **link_ask(**changed))).codes


@pytest.mark.django_db
def test_a_link_is_made_as_previewed_and_everybodys_code_at_once() -> None:
    shop()
    let_links_run()
    data = made(texter(), per_person=False).data
    link = ShortLink.objects.get()
    assert data["short_link_id"] == str(link.pk)
    assert data["url"] == f"{BASE}/{LinkCode.objects.get().code}"
    assert link.destination.endswith("utm_campaign=spring-tea#top")
    assert link.owner is not None
    assert link.owner.username == "sam.lee"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["checkout", "%E4%BB%98%E6%AC%BE"])
def test_a_link_to_a_payment_page_waits_for_a_person_whatever_the_policies_say(path: str) -> None:
    shop()
    let_links_run()
    answer = made(texter(), destination=f"https://shop.harbour-tea.test/{path}")
    assert answer.request.state == "pending"
    carry_out(approved(ActionRequest.objects.get()).pk, NOON)
    assert ShortLink.objects.count() == 1


@pytest.mark.django_db
def test_a_policy_sends_links_for_large_audiences_to_a_person() -> None:
    shop()
    let_links_run()
    Policy.objects.create(
        organisation=harbour_tea(), name="Large", tools="*.short_links.create", from_people=2, outcome="person"
    )
    drinker("Ann")
    segment = SegmentFactory(rule='tag = "tea"')
    assert made(texter(), segment_id=str(segment.pk)).request.state == "succeeded"
    drinker("Bob")
    preview = use(PREVIEW, texter(), **link_ask(segment_id=str(segment.pk)))
    assert preview.data["people"] == 2


@pytest.mark.django_db
def test_a_domain_that_was_blocked_since_the_preview_refuses_the_link() -> None:
    domain, actor = shop(), texter()
    preview = use(PREVIEW, actor, **link_ask())
    LinkDomain.objects.filter(pk=domain.pk).update(blocked_at=NOON)
    wish = {"short_link_preview_id": str(preview.preview_id), "idempotency_key": "spring-link", "reason": "Spring"}
    assert refused(lambda: use(CREATE, actor, **wish)).codes == ["domain_not_allowed"]


CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"revoked_at": NOON}, "short_link_revoked"),
    ({"expires_at": NOON + timedelta(days=1, hours=1)}, "short_link_expires"),
    ({"base_url": "https://t.peak-coffee.test"}, "short_host_unknown"),
    ({"landing_problem": "ends_elsewhere"}, "landing_page_changed"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "code"), CHANGES)
def test_a_link_that_does_not_stand_any_more_stops_the_campaign(change: dict[str, Any], code: str) -> None:
    link = link_to()
    part = part_of(link, "shop", f"{BASE}/88888888")
    not_after = NOON + timedelta(hours=24)
    assert list(reasons_against([part], harbour_tea(), not_after, NOON)) == []
    ShortLink.objects.filter(pk=link.pk).update(**change)
    found = [reason.code for reason in reasons_against([part], harbour_tea(), not_after, NOON)]
    assert found == [code]
    assert [one.code for one in reasons_against([part], other_tenant(), not_after, NOON)] == ["short_link_not_found"]


@pytest.mark.django_db
def test_a_destination_that_is_not_the_approved_one_or_not_allowed_any_more_stops_the_campaign() -> None:
    link = link_to()
    part = part_of(link, "shop", f"{BASE}/88888888")
    other = part.model_copy(update={"destination_digest": "0" * 64})
    assert [one.code for one in reasons_against([other], harbour_tea(), NOON, NOON)] == ["destination_changed"]
    LinkDomain.objects.filter(pk=link.domain_id).update(host="www.harbour-tea.test")
    assert [one.code for one in reasons_against([part], harbour_tea(), NOON, NOON)] == ["domain_not_allowed"]


def click(code: LinkCode, minutes: float, visitor: Visitor = Visitor.HUMAN, **fields: Any) -> None:
    message = Message.objects.get(send=code.send, contact=code.contact)
    Click.objects.create(
        organisation=code.organisation, link=code.link, code=code.code, send=code.send, contact=code.contact,
        message=message, at=NOON + timedelta(minutes=minutes), visitor=visitor,
        **{"browser": "Safari", "device": "phone", **fields},
    )  # fmt: skip


def clicked() -> ShortLink:
    """Four people: Ann clicked twice, Bob before his text arrived, a machine opened Cy's, Dee's never arrived."""
    people = [drinker(name) for name in ("Ann", "Bob", "Cy", "Dee")]
    link, send = link_to(), texted(people)
    make_codes(link, send, [person.pk for person in people], NOON)
    for person in people[:3]:
        Message.objects.filter(send=send, contact=person).update(
            status=Status.DELIVERED, delivered_at=NOON + timedelta(minutes=5)
        )
    ann, bob, cy = (LinkCode.objects.get(contact=person) for person in people[:3])
    click(ann, 6)
    click(ann, 60 * 13, browser="WeChat")
    click(bob, 1)
    click(cy, 7, Visitor.BOT, reason="known_bot")
    return link


@pytest.mark.django_db
def test_people_the_doubtful_and_machines_are_three_numbers_and_the_rate_is_of_what_arrived() -> None:
    link = clicked()
    (row,) = use(CLICKS, texter()).data["links"]
    assert (row["clicks"], row["unique_clicks"], row["doubtful"], row["machines"]) == (2, 1, 1, 1)
    assert (row["rate"], row["rate_of"], row["delivered"], row["accepted"]) == (0.3333, "delivered", 3, 4)
    assert row["by_day"] == {"2026-03-02": 1, "2026-03-03": 1}
    assert row["by_browser"] == {"Safari": 1, "WeChat": 1}
    assert (row["state"], len(row["segments"])) == ("open", 1)
    (row,) = use(CLICKS, texter(), since="2026-03-03T00:00:00+08:00", short_link_id=str(link.pk)).data["links"]
    assert (row["clicks"], row["doubtful"], row["machines"]) == (1, 0, 0)
    counts = clicks_of_sends(list(LinkCode.objects.values_list("send", flat=True)), [link.pk])
    assert (counts.clicks, counts.unique, counts.rate) == (2, 1, 0.3333)


@pytest.mark.django_db
def test_where_no_network_reports_arrivals_the_rate_is_of_what_was_accepted_and_says_so() -> None:
    clicked()
    Message.objects.update(status=Status.ACCEPTED, delivered_at=None)
    (row,) = use(CLICKS, texter()).data["links"]
    assert (row["unique_clicks"], row["rate"], row["rate_of"], row["delivered"]) == (2, 0.5, "accepted", 0)


@pytest.mark.django_db
def test_single_visits_need_the_right_to_personal_data_and_show_no_number() -> None:
    link = clicked()
    narrow = texter(scopes=["sms:read"])
    ask = {"visits": True, "short_link_id": str(link.pk)}
    assert refused(lambda: use(CLICKS, narrow, **ask)).codes == ["personal_data"]
    assert use(CLICKS, narrow).data["visits"] == []


@pytest.mark.django_db
def test_whoever_sees_personal_data_sees_visits_by_contact_with_why_they_do_not_count() -> None:
    from accounts.actor import Actor, Face
    from tests.factories import AgentFactory, mei_chan

    link = clicked()
    actor = Actor.of_agent(AgentFactory(owner=mei_chan()), Face.MCP)
    answer = use(CLICKS, actor, visits=True, short_link_id=str(link.pk)).data
    assert answer["links"] == []
    assert [(one["visitor"], one["reason"]) for one in answer["visits"]] == [
        ("human", ""), ("bot", "known_bot"), ("human", ""), ("suspect", "before_receipt")
    ]  # fmt: skip
    assert "+852" not in str(answer)


@pytest.mark.django_db
def test_another_tenants_links_are_not_found() -> None:
    link = link_to(organisation=other_tenant())
    assert use(CLICKS, texter()).data["links"] == []
    found = refused(lambda: use(CLICKS, texter(), short_link_id=str(link.pk)))
    assert found.codes == ["shortlink_not_found"]
