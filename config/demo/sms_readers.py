"""What people and machines do with the links in their texts: the journal of the gateways says what each phone reads."""

import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from config.demo.stage import Stage, StoryBroke, many
from simulators.common.journal import read_journal
from simulators.process import SmsSimulator

_ADDRESS = re.compile(r"https?://[^\s]+/(u/)?[1-9A-HJ-NP-Za-km-z]{8}\b")
_PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4"
    " Mobile/15E148 Safari/604.1"
)
_ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile"
    " Safari/537.36"
)
_PREVIEW = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"
_SCANNER = "Mozilla/5.0 (compatible; Barracudacentral scanner)"
READERS, TWICE, PREVIEWS, SCANNERS, LEAVERS = 60, 12, 25, 15, 5
# A click within two seconds of the text is no person's: readers take their time.
READING_SECONDS = 2.5


@dataclass(frozen=True, slots=True)
class Did:
    """What happened, by the story's own count: clicks and people who made them, machines' visits, opt-outs."""

    clicks: int
    people: int
    machines: int
    opted_out: int


def read_and_click(stage: Stage, simulator: SmsSimulator, journal_from: int) -> Did:
    """People open links, previews and scanners do too, and a few opt out by theirs. Raises StoryBroke."""
    texts = _texts(simulator, journal_from)
    if len(texts) < READERS:
        raise StoryBroke(f"Only {len(texts)} texts hold a link.")
    time.sleep(READING_SECONDS)
    with requests.Session() as web:
        web.trust_env = False
        for place, (shop, _stop) in enumerate(texts[:READERS]):
            for _ in range(2 if place < TWICE else 1):
                _open(web, shop, _ANDROID if place % 3 else _PHONE)
        for shop, stop in texts[-PREVIEWS:]:
            _open(web, shop, _PREVIEW)
            _look(web, stop, _PREVIEW)
        for shop, _stop in texts[READERS : READERS + SCANNERS]:
            _open(web, shop, _SCANNER)
        for _shop, stop in texts[READERS : READERS + LEAVERS]:
            _look(web, stop, _PHONE)
            _press(web, stop)
    stage.tell.done(
        f"{READERS} people open the shop's link, {TWICE} of them twice; so do {PREVIEWS} previews, {SCANNERS} scanners",
        f"{many(LEAVERS, 'person', 'people')} opt out by the link in their text; previews open it and opt nobody out",
    )
    return Did(READERS + TWICE, READERS, PREVIEWS + SCANNERS, LEAVERS)


def _texts(simulator: SmsSimulator, journal_from: int) -> list[tuple[str, str]]:
    """The two addresses in each text that a gateway took, by phone: the shop's and the one to opt out."""
    found: dict[str, tuple[str, str]] = {}
    for entry in read_journal(simulator.journal_path, journal_from):
        for text in entry.get("texts", ()) if entry["kind"] == "request" else ():
            addresses = [one.group() for one in _ADDRESS.finditer(text.get("reads", ""))]
            if text["decision"] == "accepted" and len(addresses) == 2:
                found[text["to"]] = (addresses[0], addresses[1])
    return [found[phone] for phone in sorted(found)]


def _open(web: requests.Session, address: str, agent: str) -> None:
    answer = web.get(address, headers={"User-Agent": agent}, allow_redirects=False, timeout=30)
    if answer.status_code != 302 or not urlsplit(answer.headers["Location"]).netloc:
        raise StoryBroke(f"A short link answered {answer.status_code}.")


def _look(web: requests.Session, address: str, agent: str) -> None:
    answer = web.get(address, headers={"User-Agent": agent}, timeout=30)
    if answer.status_code != 200:
        raise StoryBroke(f"The page to opt out answered {answer.status_code}.")


def _press(web: requests.Session, address: str) -> None:
    answer = web.post(address, headers={"User-Agent": _PHONE}, timeout=30)
    if answer.status_code != 200:
        raise StoryBroke(f"Opting out answered {answer.status_code}.")
