"""The desk and the machine faces speak Traditional and Simplified Chinese."""

import html
import re
from collections.abc import Iterator

import anyio
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Agent, Person
from approvals.models import ActionRequest
from approvals.registry import registry
from config.texts.sources import our_texts
from mcp_server.declarations import declaration
from mcp_server.server import Surface
from mcp_server.threads import DatabaseThreads
from tests.desk.harbour import spring_tea_waits, the_send
from tests.factories import NOON, AgentFactory, ada_wong, mei_chan

CHINESE = re.compile(r"[\u4e00-\u9fff]")


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
