"""The wires: what each gateway's HTTP looks like. Nothing outside of this folder knows a gateway."""

from simulators.sms.accounts import Accounts
from simulators.sms.wires.infobip import Infobip
from simulators.sms.wires.plain import Plain
from simulators.sms.wires.twilio import Twilio
from simulators.sms.wires.vonage import Vonage
from simulators.sms.wires.wire import Wire


def wires_of(accounts: Accounts) -> list[Wire]:
    """One of each."""
    return [Twilio(accounts.twilio), Vonage(accounts.vonage), Infobip(accounts.infobip), Plain(accounts.plain)]
