"""Personal data leaves through marked fields only, and masked for whoever may not see it."""

import re
from typing import Annotated, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from accounts.actor import Actor, ActorKind, Face
from accounts.models import Organisation
from accounts.roles import CONFIGURATION, PERSONAL_DATA
from approvals.calls import call
from approvals.contracts import Answer
from approvals.masking import Personal, _personal_fields, mask, masked_for
from approvals.registry import registry
from tests.approvals.tea_room import asked, tea_agent
from tests.factories import NOON, AgentFactory, SegmentFactory, mei_chan, sam_lee


def actor_with(*scopes: str) -> Actor:
    return Actor(Organisation(name="Harbour Tea"), ActorKind.AGENT, Face.MCP, "agent:1", "Tea", frozenset(scopes))


class Address(BaseModel):
    street: Annotated[str, Personal("text")]
    number: Annotated[int, Personal("text")] = 7


class Everything(Answer):
    phone: Annotated[str, Personal("phone")] = "+85261234567"
    name: Annotated[str, Personal("name")] = "Mei Chan"
    crm_id: Annotated[str, Personal("identifier", unless=CONFIGURATION)] = "crm-0042-7781"
    maybe: Annotated[str | None, Personal("phone")] = "+85261234567"
    inside_a_union: Annotated[str, Personal("phone")] | None = "+85261234567"
    inside_a_list: list[Annotated[str, Personal("phone")]] = ["+85261234567", "+85269999999"]
    attributes: Annotated[dict[str, Any], Personal("text")] = {"birthday": "5 May", "deep": {"er": ["x"]}, "age": 30}
    home: Address = Address(street="1 Harbour Road")
    homes: list[Address] = [Address(street="2 Harbour Road")]
    by_name: dict[str, Address] = {"work": Address(street="3 Harbour Road")}
    blend: str = "jasmine"
    empty: Annotated[str, Personal("name")] = ""


MASKED = {
    "phone": "+852••••567",
    "name": "M•••",
    "crm_id": "••••781",
    "maybe": "+852••••567",
    "inside_a_union": "+852••••567",
    "inside_a_list": ["+852••••567", "+852••••999"],
    "attributes": {"birthday": "••••", "deep": {"er": ["••••"]}, "age": "••••"},
    "home": {"street": "••••", "number": "••••"},
    "homes": [{"street": "••••", "number": "••••"}],
    "by_name": {"work": {"street": "••••", "number": "••••"}},
    "blend": "jasmine",
    "empty": "",
}


def test_every_marked_field_is_masked_wherever_it_stands_and_named() -> None:
    shown, named = masked_for(Everything(), actor_with("whatsapp:read"))
    assert shown == MASKED
    assert sorted(named) == ["attributes", "crm_id", "inside_a_list", "inside_a_union", "maybe", "name", "number",
                             "phone", "street"]  # fmt: skip


def test_with_the_scope_nothing_is_masked_but_what_needs_another_scope() -> None:
    shown, named = masked_for(Everything(), actor_with(PERSONAL_DATA))
    assert (shown["phone"], shown["crm_id"], named) == ("+85261234567", "••••781", ["crm_id"])
    shown, named = masked_for(Everything(), actor_with(PERSONAL_DATA, CONFIGURATION))
    assert (shown["crm_id"], named) == ("crm-0042-7781", [])


@given(st.text("+0123456789", max_size=18), st.sampled_from(["phone", "identifier", "name", "text"]))
def test_no_mask_shows_more_than_three_digits_at_the_end_of_a_number(value: str, kind: str) -> None:
    shown = mask(value, kind)
    tail = re.search(r"\d*$", shown)
    assert tail is not None
    assert len(tail[0]) <= 3 or kind == "name"
    assert not value or shown != value


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_a_masked_phone_hides_at_least_four_of_its_digits(phone: str) -> None:
    shown = mask(phone, "phone")
    assert len(re.sub(r"\D", "", shown)) <= len(phone) - 1 - 4


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("+85261234567", "+852••••567"),
        ("85261234567", "••••567"),
        ("+2991234", "••••234"),
        ("+299123", "••••"),
        ("", ""),
    ],
)
def test_a_phone_keeps_its_country_and_its_last_three_digits(value: str, shown: str) -> None:
    assert mask(value, "phone") == shown


@pytest.mark.django_db
@pytest.mark.usefixtures("tea_room")
def test_the_door_masks_and_says_what() -> None:
    cup = {"cup_id": str(SegmentFactory(name="Jasmine").pk)}
    answer = call("tea.cup.get", cup, tea_agent(), NOON)
    assert answer.data == {"blend": "Jasmine", "phone": "+852••••567", "guests": [{"name": "M•••"}, {"name": ""}]}
    assert answer.masked == ["phone", "name"]
    clear = call("tea.cup.get", cup, Actor.of_person(mei_chan(), Face.REST), NOON)
    assert clear.data["guests"] == [{"name": "Mei Chan"}, {"name": ""}]
    assert clear.masked == []


@pytest.mark.django_db
@pytest.mark.usefixtures("tea_room")
def test_an_agent_sees_no_more_than_its_owner_though_its_key_says_so() -> None:
    cup = {"cup_id": str(SegmentFactory().pk)}
    of_sam = Actor.of_agent(AgentFactory(owner=sam_lee()), Face.MCP)
    of_mei = Actor.of_agent(AgentFactory(owner=mei_chan()), Face.MCP)
    assert of_sam.agent is not None
    assert PERSONAL_DATA in of_sam.agent.scopes
    assert call("tea.cup.get", cup, of_sam, NOON).masked == ["phone", "name"]
    assert call("tea.cup.get", cup, of_mei, NOON).masked == []


@pytest.mark.django_db
@pytest.mark.usefixtures("tea_room")
def test_the_answer_to_a_write_is_masked_too() -> None:
    assert asked("tea.pot.empty", tea_agent()).data == {"blend": "jasmine", "guest": "M•••"}


# What a field is called when it holds somebody's data: it has to carry a mark, or be listed here with a reason.
LOOKS_PERSONAL = re.compile(r"phone|number|crm|identit|attribute|profile|waba|provider|wa_id|bsuid|address|e?mail|note")
NOT_PERSONAL = {
    "notes": "the team's own; those who are not of it get none",
    "notes_are_masked": "whether there are any",
    "Profile.email": "the organisation's own, as its customers see it",
    "Profile.address": "the organisation's own, as its customers see it",
    "note": "what a colleague wrote for the requester to read",
    "attribute": "which attribute of a contact fills a variable: its name, not its value",
    "identities": "rows whose value is marked",
    "phone_numbers": "the organisation's own, again",
    "number": "the organisation's own number, which its customers see",
    "attributed": "money and counts of a report",
    "attributed_elsewhere": "money and counts of a report",
    "invalid_numbers": "a count",
    "number_in_ten_minutes": "a limit",
    "number_a_day": "a limit",
    "address_an_hour": "a limit",
    "opt_out_number": "the organisation's own hotline",
}


def fields_of(model: type[BaseModel], seen: set[type[BaseModel]]) -> list[tuple[str, str, bool]]:
    """(model, field, whether it is marked) of a model and of every model inside it."""
    if model in seen:
        return []
    seen.add(model)
    marked = {name for name, _mark in _personal_fields(model)}
    found = [(model.__name__, name, name in marked) for name in model.model_fields]
    for info in model.model_fields.values():
        for part in (info.annotation, *_inside(info.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                found += fields_of(part, seen)
    return found


def _inside(annotation: Any) -> list[Any]:
    return [deeper for part in get_args(annotation) for deeper in (part, *_inside(part))]


def test_no_tool_answers_with_an_unmarked_field_that_sounds_personal() -> None:
    bare = [
        f"{tool.name}: {model}.{name}"
        for tool in registry
        for model, name, marked in fields_of(tool.returns, set())
        if not marked and LOOKS_PERSONAL.search(name) and not {name, f"{model}.{name}"} & NOT_PERSONAL.keys()
    ]
    assert bare == []


def test_a_masked_answer_is_still_described_by_its_own_schema() -> None:
    info = Everything.model_json_schema(mode="serialization")["properties"]["phone"]
    assert info == {"default": "+85261234567", "title": "Phone", "type": "string"}
