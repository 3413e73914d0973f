"""Every action is a sentence that people read in their own language."""

from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from audit import actions
from audit.actions import action, all_actions, find, outline, sentence_of
from audit.models import Entry

REQUEST = "0190f3a2-0000-7000-8000-000000000001"


@pytest.fixture(autouse=True)
def own_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_ACTIONS", dict(actions._ACTIONS))
    action("tea.poured", _("{actor} poured {cups} cups for {subject}"))


def entry(action_name: str = "tea.poured", **facts: object) -> Entry:
    return Entry(
        action=action_name, actor_label="M••• C•••", subject_type="accounts.Organisation", subject_id=REQUEST,
        request_id=UUID(REQUEST), facts=facts,
    )  # fmt: skip


def test_an_entry_reads_as_its_sentence() -> None:
    assert sentence_of(entry(cups=2)) == "M••• C••• poured 2 cups for organisation 0190f3a2"


def test_a_reader_who_may_know_a_person_reads_the_name() -> None:
    assert sentence_of(entry(cups=2), "Mei Chan") == "Mei Chan poured 2 cups for organisation 0190f3a2"


def test_a_sentence_is_told_in_the_language_of_the_reader() -> None:
    action("tea.when", _("Today"))
    assert sentence_of(entry("tea.when")) == "Today"
    with override("zh-hant"):
        assert sentence_of(entry("tea.when")) == "今天"
    with override("zh-hans"):
        assert sentence_of(entry("tea.when")) == "今天"


@pytest.mark.parametrize(
    ("cups", "told"), [(None, "–"), (True, "yes"), (["a", "b"], "a, b"), ("{actor}", "{actor}"), ("{x.__class__}",) * 2]
)
def test_a_fact_is_put_into_words_and_never_interpreted(cups: object, told: str) -> None:
    assert sentence_of(entry(cups=cups)) == f"M••• C••• poured {told} cups for organisation 0190f3a2"


def test_a_fact_cannot_pose_as_the_actor_or_the_subject() -> None:
    assert sentence_of(entry(cups=1, actor="Somebody", subject="nobody")).startswith("M••• C••• poured 1 cups for org")


def test_an_action_that_is_no_longer_registered_still_reads() -> None:
    gone = entry("coffee.brewed")
    gone.subject_type = "coffee.Pot"
    assert sentence_of(gone) == "M••• C•••: coffee.brewed (coffee.Pot 0190f3a2)"


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match=r"'tea\.poured' is registered already"):
        action("tea.poured", _("{actor} poured tea"))


@pytest.mark.parametrize("name", ["poured", "Tea.Poured", "tea poured", "tea.", "tea..poured"])
def test_a_name_is_words_joined_by_dots(name: str) -> None:
    with pytest.raises(ValueError, match="use lower-case words joined by dots"):
        action(name, _("{actor} poured tea"))


def test_actions_are_listed_with_the_outline_of_their_sentence() -> None:
    assert outline(find("tea.poured")) == "… poured … cups for …"
    assert "audit.exported" in [one.name for one in all_actions()]
