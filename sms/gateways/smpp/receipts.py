"""Receipts in the forms that message centres really send: fields by tag, or words in a text, whole or with gaps.

`id:IIII sub:001 dlvrd:001 submit date:YYMMDDhhmm done date:YYMMDDhhmm stat:DELIVRD err:000 text:...` is the recommended
form (SMPP v3.4, appendix B), not a rule: seconds or a four-digit year come along, fields are missing, `Text:` has a
capital, `err:` is short or in hexadecimal, or there is no text at all and only tagged fields. Those count first.
"""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sms.gateways.gateway import Failure, Progress, Receipt, Unknown
from sms.gateways.smpp.configuration import SmppConfiguration, key_of
from sms.gateways.smpp.pdu import NETWORK_ERROR, RECEIPTED_ID, STATE, Delivery

_FIELD = re.compile(r"\b(id|sub|dlvrd|submit date|done date|stat|err|text)\s?:", re.IGNORECASE)

# Numbers of message_state (SMPP v3.4, section 5.2.28) and the words of the text form.
_STATES = {
    1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN", 8: "REJECTD",
}  # fmt: skip
# By their first five letters: some centres write the words out.
_PROGRESS = {
    "ACCEP": Progress.ACCEPTED,
    "ENROU": Progress.SENT,
    "DELIV": Progress.DELIVERED,
    "EXPIR": Progress.EXPIRED,
    "DELET": Progress.FAILED,
    "UNDEL": Progress.FAILED,
    "REJEC": Progress.FAILED,
    "UNKNO": Progress.UNKNOWN,
}
_ENDS_BADLY = (Progress.FAILED, Progress.EXPIRED)
# Twelve digits: with seconds, or with the century. A year that begins with 20 leaves no month, so only one form fits.
_DATES = {10: ("%y%m%d%H%M",), 12: ("%y%m%d%H%M%S", "%Y%m%d%H%M"), 14: ("%Y%m%d%H%M%S",)}


def receipt_of(delivery: Delivery, configuration: SmppConfiguration) -> Receipt | Unknown:
    """One receipt. It speaks of one part by the id that the part got; whose part that is, others know."""
    words = _words(delivery.text.decode("latin-1"))
    given = _tagged(delivery, RECEIPTED_ID) or words.get("id", "")
    state = _state(delivery, words)
    key = key_of(given, configuration.receipt_ids) if given else ""
    code, done = _error(delivery, words), words.get("done date", "")
    dedupe_key = f"{key}:{state}:{code}:{done}"[:200]
    progress = _PROGRESS.get(state[:5])
    if not key or progress is None:
        return Unknown(dedupe_key, f"a receipt without an id or with the state {state[:20]!r}")
    failed = progress in _ENDS_BADLY
    return Receipt(
        dedupe_key=dedupe_key,
        provider_id=key,
        reference="",
        progress=progress,
        at=_moment(done, ZoneInfo(configuration.timezone)),
        code=code if failed else "",
        text=state if failed else "",
        failure=_failure(progress, code, configuration) if failed else Failure.NONE,
    )


def _words(text: str) -> dict[str, str]:
    """The fields of the text form; `text` is the last one, and what it quotes is not read for more."""
    found: dict[str, str] = {}
    marks = list(_FIELD.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends[: len(marks)], strict=True):
        name = mark.group(1).lower()
        if name == "text":
            break
        found.setdefault(name, text[mark.end() : end].strip(" \t\r\n\0,;"))
    return found


def _tagged(delivery: Delivery, tag: int) -> str:
    return delivery.fields.get(tag, b"").partition(b"\0")[0].decode("latin-1").strip()


def _state(delivery: Delivery, words: dict[str, str]) -> str:
    number = delivery.fields.get(STATE, b"")
    if number:
        return _STATES.get(number[0], f"state {number[0]}")
    return words.get("stat", "").upper()[:12]


def _error(delivery: Delivery, words: dict[str, str]) -> str:
    """The operator's own code: three octets by tag (type of network, number), or the word; zero is none."""
    tagged = delivery.fields.get(NETWORK_ERROR, b"")
    if len(tagged) == 3:
        number = int.from_bytes(tagged[1:], "big")
        return str(number) if number else ""
    code = words.get("err", "")[:20]
    return code if code.strip("0") else ""


def _failure(progress: Progress, code: str, configuration: SmppConfiguration) -> Failure:
    """Codes are each operator's own, so only what the account says counts."""
    told = configuration.receipt_errors.get(code) or configuration.receipt_errors.get(code.lstrip("0"))
    if told is not None:
        return told
    return Failure.RECIPIENT_AWAY if progress is Progress.EXPIRED else Failure.UNCLEAR


def _moment(digits: str, zone: ZoneInfo) -> datetime | None:
    """A time of the message centre in UTC; None where it cannot be read."""
    for form in _DATES.get(len(digits), ()) if digits.isdecimal() and digits.isascii() else ():
        try:
            return datetime.strptime(digits, form).replace(tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None
