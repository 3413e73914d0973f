"""Who opened a short link: a person, a machine, or somebody it is better not to count. And with what, coarsely."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from crawleruseragents import is_crawler
from django.utils.crypto import salted_hmac

from accounts.bounds import address_in
from sms.models import Visitor

# Nobody reads a text and opens its link faster: scanners of the network do. (?)
FASTEST = timedelta(seconds=2)
# Clicks that one network may spread over a minute before they are doubted; an organisation sets how many codes.
MINUTE = timedelta(minutes=1)

# Previews and scanners that the shared list does not know by name.
_OTHER_MACHINES = ("barracudacentral", "proofpoint", "mimecast", "safelinks", "urlpreview")
_PREFETCHES = ("prefetch", "prerender", "preview")
# Where a request says what it is for, by browser and year.
_PURPOSES = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")

# In-app browsers first: they name the browser they are built on as well. MicroMessenger and Line are people.
_BROWSERS = (
    ("MicroMessenger", "WeChat"), ("Line/", "LINE"), ("FBAN", "Facebook"), ("FBAV", "Facebook"),
    ("Instagram", "Instagram"), ("SamsungBrowser", "Samsung"), ("EdgA/", "Edge"), ("EdgiOS", "Edge"), ("Edg/", "Edge"),
    ("OPR/", "Opera"), ("HuaweiBrowser", "Huawei"), ("MiuiBrowser", "Xiaomi"), ("FxiOS", "Firefox"),
    ("Firefox/", "Firefox"), ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_DEVICES = (
    ("iPad", "tablet"), ("iPhone", "phone"), ("Mobile", "phone"), ("Android", "tablet"), ("Windows", "computer"),
    ("Macintosh", "computer"), ("X11", "computer"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a short link, as far as it is looked at. `address` never goes further than `network_of`."""

    method: str
    agent: str
    purpose: str
    address: str


@dataclass(frozen=True, slots=True)
class Judgement:
    visitor: Visitor
    reason: str = ""


def visit_of(meta: Mapping[str, Any]) -> Visit:
    """What a request tells, by the names that WSGI has for it."""
    purpose = ";".join(str(meta.get(name, "")) for name in _PURPOSES)
    agent = str(meta.get("HTTP_USER_AGENT", ""))[:500]
    return Visit(str(meta.get("REQUEST_METHOD", "")), agent, purpose.lower(), address_in(meta))


def judge_visit(visit: Visit, handed_at: datetime | None, now: datetime, *, is_personal: bool) -> Judgement:
    """What one visit looks like by itself. `handed_at` is when this person's text left; None while it has not.

    Clicks of many people's links from one network, and those before the receipt, show only beside others.
    """
    if visit.method != "GET":
        return Judgement(Visitor.BOT, "head")
    if any(word in visit.purpose for word in _PREFETCHES):
        return Judgement(Visitor.BOT, "prefetch")
    if not visit.agent.strip():
        return Judgement(Visitor.BOT, "no_agent")
    if is_machine(visit.agent):
        return Judgement(Visitor.BOT, "known_bot")
    if is_personal and (handed_at is None or now - handed_at < FASTEST):
        return Judgement(Visitor.SUSPECT, "too_fast")
    return Judgement(Visitor.HUMAN)


@lru_cache(maxsize=4096)
def is_machine(agent: str) -> bool:
    """Whether this is a known crawler, preview or tool. The list has 1,500 patterns, so answers are kept."""
    lower = agent.lower()
    return any(name in lower for name in _OTHER_MACHINES) or is_crawler(agent)


def browser_of(agent: str) -> str:
    return next((family for token, family in _BROWSERS if token in agent), "other")


def device_of(agent: str) -> str:
    return next((device for token, device in _DEVICES if token in agent), "other")


def network_of(address: str, now: datetime) -> str:
    """A keyed hash of the network that an address is in (/24, IPv6 /48), 32 hex digits; empty for no address.

    The key is another one every day: who came on two days cannot be told to be the same.
    """
    try:
        at = ipaddress.ip_interface(address)
    except ValueError:
        return ""
    network = ipaddress.ip_network((at.ip, 24 if at.version == 4 else 48), strict=False)
    key = f"sms.links.network.{now:%Y-%m-%d}"
    return salted_hmac(key, str(network), algorithm="sha256").hexdigest()[:32]
