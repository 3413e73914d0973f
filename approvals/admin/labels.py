"""A coloured word on the desk's pages. Unfold has such labels of its own, but draws them in lists alone."""

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString


def label(colour: str, words: str | Promise, told: str | Promise = "") -> SafeString:
    """`colour` is success, info, warning, danger or plain; `told` is read by whoever points at the word."""
    if told:
        return format_html('<span class="cs-label cs-label-{}" title="{}">{}</span>', colour, told, words)
    return format_html('<span class="cs-label cs-label-{}">{}</span>', colour, words)
