"""Ids in the ways in which message centres write theirs."""

from simulators.smsc.misbehaviour import IdForm


def written(number: int, form: IdForm) -> str:
    return {"hexadecimal": f"{number:X}", "decimal": f"{number:012d}", "text": f"sms-{number:x}"}[form]
