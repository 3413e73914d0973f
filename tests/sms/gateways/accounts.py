"""Accounts that the gateways' tests send with. Addresses lead to a listener on this machine, or nowhere."""

from uuid import UUID

from sms.gateways.gateway import Account, Configuration, Secrets, Submission
from sms.text import measure

ATTEMPT = UUID("0198a000-0000-7000-8000-00000000a77e")
CALLBACKS = "https://sms.example.test/sms/k3y"


def account(configuration: Configuration, secrets: Secrets) -> Account:
    return Account(UUID(int=7), configuration, secrets, CALLBACKS)


def submission(text: str = "Harbour Tea: tea is in.", to: str = "+85261234567", sender: str = "#HARBOUR") -> Submission:
    size = measure(text)
    return Submission(ATTEMPT, sender, to, text, size.encoding, size.parts)
