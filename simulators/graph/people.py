"""The people at the other end: their identities, when they last wrote, what they switched off."""

import re
from dataclasses import dataclass

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneNumber, region_code_for_number

from simulators.common.chance import Chance

USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
# Some of them leave ASCII, so that whoever checks a signature over re-written JSON finds out.
NAMES = (
    "Ida",
    "陳大文",
    "Zoë",
    "Ming",
    "José",
    "Wong Ka Yan",
    "Anaïs",
    "O'Neill",
    "李小龍",
    "Fatima",
    "Søren",
    "Mei 🌸",
)


@dataclass(frozen=True, slots=True)
class Person:
    """A WhatsApp user as this business may know them. `wa_id` is empty when only the user id is known."""

    wa_id: str
    user_id: str
    name: str
    username: str = ""

    @property
    def key(self) -> str:
        """What limits, windows and faults follow."""
        return self.wa_id or self.user_id


class People:
    """Everybody we heard of. Identities are drawn from the seed, so they outlive a restart; the rest does not."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.forget()

    def forget(self) -> None:
        """Know nobody any more."""
        self._wa_ids: dict[str, str] = {}
        self.sends: dict[str, int] = {}
        self.last_words: dict[tuple[str, str], float] = {}
        self.marketing_stopped: set[str] = set()
        self.blocked: dict[str, set[str]] = {}

    def by_phone(self, wa_id: str, username_share: float) -> Person:
        """The person with this number."""
        number = int.from_bytes(self.chance.bytes(7, "user", wa_id)) % 10**15
        user_id = f"{country_of(wa_id)}.{number:015d}"
        self._wa_ids[user_id] = wa_id
        username = f"user.{number % 10**8}" if self.chance.happens(username_share, "username", wa_id) else ""
        return Person(wa_id, user_id, NAMES[number % len(NAMES)], username)

    def by_user_id(self, user_id: str, username_share: float) -> Person:
        """The person with this business-scoped user id; one we never heard of has no number."""
        if wa_id := self._wa_ids.get(user_id):
            return self.by_phone(wa_id, username_share)
        number = int.from_bytes(self.chance.bytes(7, "user", user_id))
        return Person("", user_id, NAMES[number % len(NAMES)], f"user.{number % 10**8}")

    def count_send(self, person: Person) -> int:
        """How many well-formed sends this person now has, this one included."""
        self.sends[person.key] = self.sends.get(person.key, 0) + 1
        return self.sends[person.key]

    def heard(self, phone_number_id: str, person: Person, at: float) -> None:
        """They wrote to this number: the customer service window opens anew."""
        self.last_words[phone_number_id, person.key] = at

    def window_open(self, phone_number_id: str, person: Person, hours: float, now: float) -> bool:
        """Whether they wrote to this number within so many hours; 0 hours is no limit."""
        return not hours or now - self.last_words.get((phone_number_id, person.key), 0.0) < hours * 3600


def country_of(wa_id: str) -> str:
    """The main country of the calling code, `ZZ` for none. All of +1 is US here, of +7 RU: see `is_us`."""
    for length in (1, 2, 3):
        if regions := COUNTRY_CODE_TO_REGION_CODE.get(int(wa_id[:length])):
            return regions[0] if regions[0].isalpha() else "ZZ"
    return "ZZ"


def is_us(wa_id: str) -> bool:
    """Whether a number has a United States area code."""
    if not wa_id.startswith("1"):
        return False
    return region_code_for_number(PhoneNumber(country_code=1, national_number=int(wa_id[1:] or 0))) == "US"


def as_whatsapp_writes(digits: str) -> str:
    """The `wa_id` of a number: WhatsApp writes some Brazilian and all Mexican mobile numbers the old way."""
    if len(digits) == 13 and digits.startswith("55") and digits[4] == "9" and int(digits[2:4]) >= 31:
        return digits[:4] + digits[5:]  # the ninth digit came later than WhatsApp
    if len(digits) == 12 and digits.startswith("52"):
        return "521" + digits[2:]
    return digits
