"""Whether a text names an amount of money."""

import re

_CODES = "HKD|USD|CNY|RMB|TWD|NTD|MOP|SGD|MYR|AUD|CAD|EUR|GBP|JPY"
_AMOUNT = re.compile(
    rf"(?:[$€£¥￥₩₫฿＄]|\b(?:{_CODES}))\s?[0-9０-９]"
    rf"|[0-9０-９][0-9０-９,.，．]*\s?(?:(?:{_CODES})\b|dollars?\b|euros?\b|pounds?\b|元|蚊|塊|块|圓|圆|円|港幣|港币)",
    re.IGNORECASE,
)


def has_amount(text: str) -> bool:
    return _AMOUNT.search(text) is not None
