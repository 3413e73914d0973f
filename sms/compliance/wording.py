"""What a text says of opting out, found in its words: by answering, by a link, by a number, in which language."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from messaging.phones import BadPhone, normalise

# Words by which texts announce the way out. What people answer with is messaging.stopwords' business.
_IN_ENGLISH = r"\b(?:stop|unsub|unsubscribe|opt[ -]?out|cancel)\b"
_IN_CHINESE = r"退訂|退订|取消|拒收|停止"
_WAY_OUT = re.compile(rf"(?i:{_IN_ENGLISH}|\b(?:arr[eê]t|abmelden|baja|désabonn\w*)\b)|{_IN_CHINESE}")
_ENGLISH, _CHINESE = re.compile(_IN_ENGLISH, re.IGNORECASE), re.compile(_IN_CHINESE)
# "Reply STOP", "STOP to end", "回覆 STOP", "退订回T", "拒收请回复R".
_ANSWER = re.compile(
    r"(?i:\b(?:reply|text|txt|send|sms|répond\w*|envoy\w*)\b\W{0,3}(?:with )?\W?\w{1,12})"
    r"|回[覆复]?\W{0,3}[A-Za-z]{1,8}|(?:回[覆复]|傳送|发送|發送)\W{0,3}(?:退訂|退订|取消|拒收|停止)"
    r"|\bSTOP\b\W{0,2}(?:to|=)"
)
_LINK = re.compile(r"(?i:https?://|www\.)[^\s，。、！？；：）】」]+")
_LINK_TO_COME = re.compile(r"\{\{\s*\w*(?:unsub|opt_?out|stop|link|url)\w*\s*\}\}", re.IGNORECASE)
_NUMBER = re.compile(r"\+?\d(?:[ ()-]{0,2}\d){4,17}")
# How far from its announcement a way out may stand: the number comes first in "Call 2123 4567 to opt out".
_BEFORE, _AFTER = 40, 60


@dataclass(frozen=True, slots=True)
class WaysOut:
    """How a text says one can opt out: means among reply, link and phone; numbers; languages among zh and en."""

    means: frozenset[str]
    numbers: tuple[str, ...]
    languages: frozenset[str]


def ways_out(text: str) -> WaysOut:
    means, numbers = set(), []
    for found in _WAY_OUT.finditer(text):
        near = text[max(0, found.start() - _BEFORE) : found.end() + _AFTER]
        without_links = _LINK.sub(" ", near)
        if without_links != near or _LINK_TO_COME.search(near):
            means.add("link")
        if _ANSWER.search(without_links):
            means.add("reply")
        numbers += _NUMBER.findall(without_links)
    if numbers:
        means.add("phone")
    languages = {name for name, words in (("en", _ENGLISH), ("zh", _CHINESE)) if words.search(text)}
    return WaysOut(frozenset(means), tuple(dict.fromkeys(numbers)), frozenset(languages))


def is_number_of(number: str, country: str) -> bool:
    """Whether the country's numbering plan has this number."""
    try:
        return normalise(number, country).region == country
    except BadPhone:
        return False


def hosts_in(text: str) -> list[str]:
    """The hosts of the links that stand in a text."""
    links = [one if "://" in one else f"https://{one}" for one in _LINK.findall(text)]
    return [host for link in links if (host := urlsplit(link).hostname)]
