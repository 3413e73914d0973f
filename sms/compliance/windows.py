"""When countries let marketing texts in, told to the gate that asks each person: confirmed hours as law, the others as
what an organisation may choose to keep. Its own quiet hours hold in every recipient's zone anyway.
"""

from datetime import time

from messaging.quiet_hours import lawful_between, usual_between
from sms.compliance.country_rules import all_rules


def keep_the_law() -> None:
    for rule in all_rules():
        if rule.rule == "window":
            begins, ends = rule.values[0].split("-")
            keep = lawful_between if rule.refuses else usual_between
            keep(rule.country, time.fromisoformat(begins), time.fromisoformat(ends))


keep_the_law()
