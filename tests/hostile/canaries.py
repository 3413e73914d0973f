"""Values that stand nowhere by chance, one of each kind that must not be seen, and how to find them in any spelling."""

import base64
import html
import re
from dataclasses import dataclass
from urllib.parse import unquote

NAME = "Zephyrine Quokkamoor"
PROFILE = "Quintessa Wombatrix"  # what she calls herself on WhatsApp
VOUCHER = "VCH-bandicoot-pelargonium"
CRM_ID = "CRM-pangolin-0417"
WORDS = "kindly ring the marmoset bell"  # what she writes to us
UNKNOWN_WORDS = "flugelhorn capybara"  # in a webhook of a kind that nobody reads
TOKEN, APP_SECRET, VERIFY_TOKEN = "axolotl-token-7f31d", "narwhal-secret-0b52e", "ocelot-verify-5d90a"
PASSWORD = "tarsier-password-61c8"
# She; who said stop on paper; and whose line is refused. Each has its own digits, and none occurs in another.
PHONE, STOPPED_PHONE, REFUSED_PHONE = "+85263918274", "+85267493158", "+85296251749"

PERSONAL = {
    "name": "quokkamoor", "first name": "zephyrine", "profile": "wombatrix", "variable": "pelargonium",
    "crm id": "pangolin-0417", "body": "marmoset", "unread webhook": "flugelhorn",
}  # fmt: skip
SECRETS = {"access token": TOKEN, "app secret": APP_SECRET, "verify token": VERIFY_TOKEN, "password": PASSWORD}
PHONES = {"phone": PHONE, "phone of the stopped": STOPPED_PHONE, "phone of the refused": REFUSED_PHONE}

SHOWN = 3  # digits at the end that a mask leaves
RUN = 5  # so many digits in a row of what is hidden are too many

# Ids, digests, times and numbers that the database counts up hold digits by chance.
_BY_CHANCE = re.compile(
    r"\"(?:transaction|entry|entry_id)\\?\": ?\\?\"?\d+|"
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b(?=\w*[A-Za-z])\w{20,}\b|wamid\.[\w+/=]+|\d\.\d{4,}|\d{14,}",
    re.IGNORECASE,
)
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ ()./-]{1,2}(?=\d)")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


@dataclass(frozen=True, slots=True)
class Watch:
    """Finds canaries. `key` is the secret of an agent's key, which is drawn anew each time."""

    key: str

    @property
    def secrets(self) -> dict[str, str]:
        return {**SECRETS, "agent key": self.key}

    def seen(self, text: str) -> list[str]:
        """The kinds that stand in a text, plain, escaped or in base64; of a phone a run of hidden digits is enough."""
        return sorted(self._plain(text) | {f"{kind} (base64)" for part in _decoded(text) for kind in self._whole(part)})

    def kept(self, text: str) -> list[str]:
        """The kinds that stand in a stored value as a whole: nothing stored is masked, and ids are full of digits."""
        return sorted(self._whole(text) | {f"{kind} (base64)" for part in _decoded(text) for kind in self._whole(part)})

    def secrets_seen(self, text: str) -> list[str]:
        """Only what nobody may see, whatever their role."""
        return [kind for kind in self.seen(text) if kind.removesuffix(" (base64)") in self.secrets]

    def _plain(self, text: str) -> set[str]:
        found: set[str] = set()
        for spelt in {text, unquote(html.unescape(text))}:
            found |= self._whole(spelt)
            digits = _BETWEEN_DIGITS.sub("", _BY_CHANCE.sub(" ", spelt))
            found |= {kind for kind, phone in PHONES.items() if any(run in digits for run in _runs(phone))}
        return found

    def _whole(self, text: str) -> set[str]:
        lower = text.lower()
        words = PERSONAL | {kind: secret.lower() for kind, secret in self.secrets.items()}
        whole = {kind: phone.removeprefix("+852") for kind, phone in PHONES.items()}
        return {kind for kind, word in (words | whole).items() if word in lower}


def _runs(phone: str) -> list[str]:
    """Every run of digits behind the country code that has at least two of the hidden ones."""
    digits = phone.removeprefix("+852")
    return [digits[at : at + RUN] for at in range(len(digits) - RUN + 1)]


def _decoded(text: str) -> list[str]:
    """What stands in base64: a broker's payloads, and ids of messages, which hold the number they went to."""
    found = []
    for token in set(_BASE64.findall(text)):
        token = token.rstrip("=").replace("-", "+").replace("_", "/")
        if len(token) % 4 != 1:
            raw = base64.b64decode(token + "=" * (-len(token) % 4))
            found.append(raw.decode("latin-1"))
    return found
