"""The desk and the machine faces speak Traditional and Simplified Chinese."""

import html
import re
from collections.abc import Iterator, Sequence
from functools import cache

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
from sms.models import Conversion
from tests.desk.harbour import spring_tea_waits, the_send
from tests.factories import NOON, AgentFactory, ada_wong, mei_chan
from tests.sms.links.tea_links import link_to
from tests.sms.otp.tea_codes import sign_in_text
from tests.sms.tea_copies import copy_of
from tests.sms.tea_texts import TeaTexts, automation_of, drinker, text_of
from tests.sms.tea_waits import campaign_waits
from tests.thoroughness import THOROUGH

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def browser_of(person: Person, language: str) -> Client:
    """Somebody who is signed in and reads this language."""
    browser = Client()
    browser.force_login(person)
    browser.cookies["django_language"] = language
    return browser


def reads(browser: Client, name: str, *args: object) -> list[str]:
    """The lines that somebody sees on a page."""
    answer = browser.get(reverse(f"admin:{name}", args=args))
    assert answer.status_code == 200
    body = re.sub(r"<(script|style|template|pre|code)\b.*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    shown = re.findall(r'\b(?:title|placeholder|aria-label|alt)="([^"]+)"', body) + re.split(r"<[^>]*>", body)
    return [line for one in shown if (line := " ".join(html.unescape(one).split()))]


# What Harbour Tea's people and agents wrote themselves, and what Meta calls things.
THEIR_OWN = ("Spring tea is in", "Harbour Tea", "Tea drinkers", "Spring tea", "Hello", "WhatsApp", "Winter tea by SMS",
             "Shipped: ", "News of the season", "Bank Tea", '{"en": "Harbour Tea')  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"] if THOROUGH else ["zh-hant"])
def test_no_page_shows_an_english_sentence_of_ours(language: str) -> None:
    request = spring_tea_waits()
    send = the_send()
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
    assert english_on(pages, language) == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"] if THOROUGH else ["zh-hant"])
def test_no_page_of_sms_shows_an_english_sentence_of_ours(language: str) -> None:
    tea = TeaTexts()
    text, request = text_of(tea, drinker("Ann")), campaign_waits(tea)
    campaign, copy, link = text.send.campaign, copy_of(tea.organisation), link_to(name="Winter tea")
    conversion = Conversion.objects.create(
        organisation=tea.organisation, shop_id="1001", said="a", kind="order", contact=text.contact, amount=380,
        currency="HKD", occurred_at=NOON, reported_at=NOON,
    )  # fmt: skip
    rows: dict[str, object] = {
        "sms_campaign": campaign.pk,
        "sms_senderid": tea.identity.pk,
        "sms_otptemplate": sign_in_text(tea).pk,
        "sms_shortlink": link.pk,
        "sms_automation": automation_of(campaign).pk,
        "sms_conversion": conversion.pk,
        "sms_textterms": copy.pk,
    }
    lists = (*rows, "sms_smsgateway", "sms_gatewayprice", "sms_gatewayregistration", "sms_quota", "sms_linkdomain",
             "sms_performancesnapshot", "sms_reviewnotice", "messaging_replacement")  # fmt: skip
    forms = ("sms_smsgateway", "sms_quota", "sms_otprules", "sms_linkrules")
    pages: list[tuple[Person, str, tuple[object, ...]]] = [
        (mei_chan(), "approvals_actionrequest_change", (request.pk,)),
        *((mei_chan(), f"{name}_changelist", ()) for name in lists),
        *((mei_chan(), f"{name}_change", (key,)) for name, key in rows.items()),
        *((ada_wong(), f"{name}_add", ()) for name in forms),
    ]
    # A frozen contract keeps the words that its agent read; the panel above it has them in the officer's language.
    frozen = [words for found in request.preview.contract["findings"] for words in (found["text"], found["fix"])]
    assert frozen != []
    assert english_on(pages, language, frozen) == {}


@cache
def sentences_of_ours() -> frozenset[str]:
    """Every text of ours with more than one word, read from the sources once."""
    return frozenset(text.one for text in our_texts() if " " in text.one)


def english_on(
    pages: Sequence[tuple[Person, str, tuple[object, ...]]], language: str, theirs: Sequence[str] = ()
) -> dict[str, list[str]]:
    """Page -> lines of ours that were left in English on it, for pages that have any."""
    browsers = {person: browser_of(person, language) for person, _name, _args in pages}
    found = {}
    for person, name, args in pages:
        lines = [line for line in reads(browsers[person], name, *args) if line not in theirs]
        ours = [line for line in lines if line in sentences_of_ours()]
        unquoted = {line: re.sub(r"[「“].*?[」”]", "", line) for line in lines}  # names of theirs stand in quotes
        long = [line for line in lines if re.search(r"[A-Za-z]{2,}( [A-Za-z’']+){2,}", unquoted[line])]
        found[name] = ours + [line for line in long if not line.startswith(THEIR_OWN) and line not in ours]
        assert sum(bool(CHINESE.search(line)) for line in lines) > 20, name
    return {name: lines for name, lines in found.items() if lines}


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
