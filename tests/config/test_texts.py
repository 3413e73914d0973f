"""The desk speaks Traditional and Simplified Chinese, and no text is added without both."""

import html
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import anyio
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Agent, Person
from approvals.models import ActionRequest
from approvals.registry import registry
from config.management.commands.texts import problems_of
from config.texts.catalogues import as_mo, as_po, mo_file, po_file, read, updated
from config.texts.checking import problems
from config.texts.sources import Text, in_module, in_template, our_texts
from mcp_server.declarations import declaration
from mcp_server.server import Surface
from mcp_server.threads import DatabaseThreads
from tests.desk.harbour import spring_tea_waits, the_send
from tests.factories import NOON, AgentFactory, ada_wong, mei_chan

WAITING = Text("%(count)s people wait")
PLACES = {WAITING: {"templates/desk.html"}}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_text_has_its_chinese() -> None:
    said = StringIO()
    call_command("texts", "--check", stderr=said)
    assert said.getvalue().strip() == "The texts are in step."


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ({}, "zh_Hant: not translated (templates/desk.html): %(count)s people wait"),
        ({WAITING: ""}, "zh_Hant: not translated (templates/desk.html): %(count)s people wait"),
        (
            {WAITING: "%(number)s 人等待"},
            "zh_Hant: placeholders differ, ['%(count)s'] became ['%(number)s']: %(count)s people wait",
        ),
        ({WAITING: "有人等待"}, "zh_Hant: placeholders differ, ['%(count)s'] became []: %(count)s people wait"),
        (
            {WAITING: "%(count)s 人等待", Text("Gone"): "沒有了"},
            "zh_Hant: no longer in the sources: Gone",
        ),
    ],
)
def test_a_missing_broken_or_stale_translation_is_told(words: dict[Text, str], problem: str) -> None:
    assert list(problems("zh_Hant", PLACES, words)) == [problem]


@pytest.mark.parametrize(
    ("text", "words", "fault"),
    [
        ("{actor} stopped {name}", "{actor} 停止了 {nom}", "names in braces differ"),
        ("Write {{1}}.", "請寫 {1}。", "names in braces differ"),
        ("Send `Content-Length`.", "請傳送 `內容長度`。", "code differ"),
        ('Use <a href="{}">this form</a>.', "請使用此表格 {}。", "tags differ"),
        ("%s of %d", "%d 之 %s", "placeholders without names stand in another order"),
    ],
)
def test_what_a_machine_reads_stays_as_it_is(text: str, words: str, fault: str) -> None:
    (found,) = problems("zh_Hans", {Text(text): {"x.py"}}, {Text(text): words})
    assert fault in found


def test_a_counted_text_follows_its_plural() -> None:
    text = Text("One character.", "%d characters.")
    assert list(problems("zh_Hant", {text: {"x.py"}}, {text: "%d 個字元。"})) == []
    assert len(list(problems("zh_Hant", {text: {"x.py"}}, {text: "一個字元。"}))) == 1


def test_the_texts_of_a_module_are_those_that_are_marked() -> None:
    source = """
from django.utils.translation import gettext as _, ngettext, pgettext
one = _("Waits for "
        "you")
two = ngettext("One person", "%d people", count)
three = pgettext("noun", "Send")
not_ours = print("Hello"), _(name.replace("_", " "))
"""
    assert list(in_module(source)) == [
        Text("Waits for you"),
        Text("One person", "%d people"),
        Text("Send", context="noun"),
    ]


def test_the_texts_of_a_template_are_those_that_are_marked() -> None:
    source = """{% load i18n %}<p>Not marked</p>
      {% trans "Open it" %} {% translate "Send" context "noun" %} {{ name|default:_("Nobody") }}
    {% blocktranslate trimmed %}
       Since {{ when }}
    {% endblocktranslate %}{% blocktranslate count n=people %}one{% plural %}{{ n }} of 5%{% endblocktranslate %}"""
    assert list(in_template(source)) == [
        Text("Open it"),
        Text("Send", context="noun"),
        Text("Nobody"),
        Text("Since %(when)s"),
        Text("one", "%(n)s of 5%%"),
    ]


def test_a_tool_brings_its_description_its_safety_line_and_its_contract() -> None:
    found = our_texts()
    tool = registry.find("whatsapp.broadcast.preview")
    assert Text(tool.safety) in found
    assert any(text.one.startswith("Show who would get a broadcast") for text in found)
    assert Text("Cost ceiling") in found
    assert Text("The send stops before it costs more.") in found


def test_a_translation_that_is_doubtful_counts_as_none(tmp_path: Path) -> None:
    file = tmp_path / "django.po"
    file.write_text('#, fuzzy\nmsgid "Send"\nmsgstr "發送"\n\nmsgid "Stop"\nmsgstr "停止"\n', "utf-8")
    assert read(file) == {Text("Send"): "", Text("Stop"): "停止"}


def test_a_catalogue_is_written_and_read_again_with_what_was_translated(tmp_path: Path) -> None:
    counted = Text("One", "%d people", "people")
    wanted = {WAITING: {"templates/desk.html"}, counted: {"b.py", "a.py"}, Text("New"): {"c.py"}}
    kept = {WAITING: "%(count)s 人等待", counted: "%d 人", Text("Gone"): "沒有了"}
    file = tmp_path / "django.po"
    file.write_bytes(as_po(updated("zh_Hant", wanted, kept)))
    assert read(file) == {WAITING: "%(count)s 人等待", counted: "%d 人", Text("New"): ""}
    written = file.read_text("utf-8")
    assert "#: a.py b.py" in written
    assert "Date" not in written, "a date would make every extraction a change"


def test_what_django_reads_is_made_from_what_people_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mo_file("zh_Hant").read_bytes() == as_mo("zh_Hant", po_file("zh_Hant"))
    stale = tmp_path / "django.mo"
    stale.write_bytes(b"old")
    monkeypatch.setattr("config.management.commands.texts.mo_file", lambda language: stale)
    assert problems_of("zh_Hant")[-1] == "zh_Hant: django.mo is not made from django.po"
    with pytest.raises(CommandError, match=r"zh_Hans: django\.mo is not made"):
        call_command("texts", "--check")


def test_simplified_chinese_is_not_traditional_chinese() -> None:
    assert set("這個們請發說號碼審訊時間讀證據範顯預覽會") & set("".join(read(po_file("zh_Hans")).values())) == set()


# The desk


@pytest.fixture
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def reads(person: Person, language: str, name: str, *args: object) -> list[str]:
    """The lines that somebody sees on a page, in this language."""
    browser = Client()
    browser.force_login(person)
    browser.cookies["django_language"] = language
    answer = browser.get(reverse(f"admin:{name}", args=args))
    assert answer.status_code == 200
    body = re.sub(r"<(script|style|template|pre|code)\b.*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    shown = re.findall(r'\b(?:title|placeholder|aria-label|alt)="([^"]+)"', body) + re.split(r"<[^>]*>", body)
    return [line for one in shown if (line := " ".join(html.unescape(one).split()))]


# What Harbour Tea's people and agents wrote themselves, and what Meta calls things.
THEIR_OWN = ("Spring tea is in", "Harbour Tea", "Tea drinkers", "Spring tea", "Hello", "WhatsApp")


@pytest.mark.django_db
@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_no_page_shows_an_english_sentence_of_ours(language: str) -> None:
    request = spring_tea_waits()
    send = the_send()
    english = {text.one for text in our_texts() if " " in text.one}
    pages: list[tuple[Person, str, tuple[object, ...]]] = [
        (mei_chan(), "index", ()),
        (mei_chan(), "approvals_actionrequest_changelist", ()),
        (mei_chan(), "approvals_actionrequest_change", (request.pk,)),
        (mei_chan(), "messaging_send_changelist", ()),
        (mei_chan(), "messaging_send_change", (send.pk,)),
        (mei_chan(), "messaging_contact_changelist", ()),
        (mei_chan(), "messaging_suppression_changelist", ()),
        (mei_chan(), "audit_entry_changelist", ()),
        (ada_wong(), "approvals_policy_add", ()),
        (ada_wong(), "accounts_agent_changelist", ()),
        (ada_wong(), "messaging_sender_changelist", ()),
    ]
    for person, name, args in pages:
        lines = reads(person, language, name, *args)
        assert [line for line in lines if line in english] == [], name
        sentences = [line for line in lines if re.search(r"[A-Za-z]{2,}( [A-Za-z’']+){2,}", line)]
        assert [line for line in sentences if not line.startswith(THEIR_OWN)] == [], name
        assert sum(bool(CHINESE.search(line)) for line in lines) > 20, name


@pytest.mark.django_db
def test_the_desk_lets_everybody_choose_their_language() -> None:
    browser = Client()
    browser.force_login(mei_chan())
    answer = browser.post(reverse("set_language"), {"language": "zh-hant", "next": reverse("admin:index")})
    assert answer.status_code == 302
    assert answer.cookies["django_language"]["max-age"] == 365 * 24 * 3600
    page = browser.get(reverse("admin:index")).content.decode()
    assert "等待我處理" in page
    assert 'value="zh-hans"' in page
    assert 'value="en"' in page


# The machines


def test_a_tool_is_described_in_the_language_that_is_spoken() -> None:
    tool = registry.find("whatsapp.broadcast.schedule")
    with override("zh-hant"):
        lines = declaration(tool).description.splitlines()
    assert lines == [
        "為已草擬的廣播排程。由合規主任決定；其後到時自動發出。",
        "請先讀取：whatsapp_broadcast_preview, whatsapp_broadcasts_list。",
        "審批：無論政策如何，均等待一位合規主任決定。",
        "安全：發送一刻會就每個人再次檢查範本、發送號碼質素、同意和退訂。",
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locale", ["zh-hant", "zh_Hans"])
def test_an_agent_reads_the_tools_in_the_language_of_its_organisation(locale: str) -> None:
    agent = AgentFactory()
    agent.organisation.locale = locale

    async def identify() -> Agent:
        return agent

    with DatabaseThreads(1) as threads:
        shown = anyio.run(Surface(identify, threads, searching=False).list_tools, None, None).tools
    assert len(shown) > 5
    assert [tool.name for tool in shown if not CHINESE.search(tool.description or "")] == []


@pytest.mark.django_db
def test_rest_describes_a_tool_in_the_language_that_is_asked_for() -> None:
    browser = Client(headers={"Accept-Language": "zh-Hans"})
    browser.force_login(mei_chan())
    told = browser.get("/api/tools/whatsapp.template.get").json()
    assert told["description"].startswith("读取一个模板")
    assert told["approval"] == "无需批准：不作任何更改。"


def test_requests_have_their_states_in_chinese() -> None:
    with override("zh-hant"):
        assert str(ActionRequest(state="pending").get_state_display()) == "等待決定"
