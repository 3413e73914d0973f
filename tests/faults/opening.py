"""Short links of Harbour Tea under the harness, and people who open them on their phones."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import requests
from django.utils import timezone

from approvals.calls import call
from simulators.common.journal import read_journal
from sms.models import LinkDomain, ShortLink
from tests.faults.case import Case

SHOP = "https://shop.harbour-tea.test/spring"
_PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4"
    " Mobile/15E148 Safari/604.1"
)


def made_link(case: Case, *, per_person: bool) -> tuple[ShortLink, str]:
    """A link to the shop that was previewed and made; its address where everybody gets the same one."""
    now, business = timezone.now(), case.business
    LinkDomain.objects.get_or_create(
        organisation=business.organisation, purpose=LinkDomain.Purpose.DESTINATION, host="shop.harbour-tea.test"
    )
    ask = {
        "name": f"Spring {uuid4().hex[:8]}", "destination": SHOP, "per_person": per_person,
        "expires_at": (now + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    preview = call("sms_marketing.short_links.preview", ask, business.agent, now).preview_id
    wish = {"short_link_preview_id": str(preview), "idempotency_key": str(uuid4()), "reason": "Spring tea is in."}
    told = call("sms_marketing.short_links.create", wish, business.agent, timezone.now())
    if told.request and told.request.state == "pending":
        raise AssertionError("no policy lets a link be made at once")
    assert told.data is not None
    return ShortLink.objects.get(pk=told.data["short_link_id"]), str(told.data["url"])


def links_read(case: Case) -> list[str]:
    """The address in each text that a gateway took."""
    texts = [text for entry in read_journal(case.stack.gateways.journal_path, case.texts_from)
             for text in entry.get("texts", ())]  # fmt: skip
    address = re.compile(re.escape(case.stack.web_url) + r"/\w{7,8}\b")
    return [found[0] for text in texts if text["decision"] == "accepted" and (found := address.search(text["reads"]))]


def opened(url: str) -> int:
    """One tap: the status of the answer, 0 where there was none."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(url, headers={"User-Agent": _PHONE}, timeout=10, allow_redirects=False).status_code
        except requests.RequestException:
            return 0


def opened_at_once(urls: Sequence[str], people: int = 8) -> list[int]:
    """So many people tap at a time, each address once."""
    with ThreadPoolExecutor(people) as crowd:
        return list(crowd.map(opened, urls))
