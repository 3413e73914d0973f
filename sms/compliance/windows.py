"""When the law of a country lets marketing texts in, told to the gate that asks each person. Unconfirmed hours are not.

Those remain settings: an organisation's own quiet hours hold in every recipient's zone anyway.
"""

from datetime import time

from messaging.quiet_hours import lawful_between
from sms.compliance.country_rules import all_rules


def keep_the_law() -> None:
    for rule in all_rules():
        if rule.rule == "window" and rule.refuses:
            begins, ends = rule.values[0].split("-")
            lawful_between(rule.country, time.fromisoformat(begins), time.fromisoformat(ends))


keep_the_law()
