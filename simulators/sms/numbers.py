"""Whom a text can be for and from, by the rules of numbers alone."""

import re

from phonenumbers import NumberParseException, PhoneNumberType, is_possible_number, number_type, parse

from simulators.sms.words import No, Refused

NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ._&-]{1,11}")
NUMBER = re.compile(r"\+?[0-9]{3,15}")


def check_number(to: str, *, refuses_landlines: bool) -> None:
    """Raises Refused for what is no number, and for one that texts cannot reach where the gateway says so at once."""
    try:
        number = parse(to)
    except NumberParseException:
        raise Refused(No.NUMBER) from None
    if not is_possible_number(number):
        raise Refused(No.NUMBER)
    if refuses_landlines and is_landline(to):
        raise Refused(No.LANDLINE)


def is_landline(to: str) -> bool:
    """Whether texts cannot reach this number, by its plan."""
    return number_type(parse(to)) == PhoneNumberType.FIXED_LINE


def may_send_as(sender: str, registered: tuple[str, ...]) -> bool:
    """Names with # and numbers have to be registered, byte for byte; other names have to be well formed."""
    if "#" in sender or NUMBER.fullmatch(sender):
        return sender in registered or f"+{sender}" in registered or sender.removeprefix("+") in registered
    return NAME.fullmatch(sender) is not None


def is_number(sender: str) -> bool:
    """Whether a sender is a number, so that it can be written to."""
    return NUMBER.fullmatch(sender) is not None
