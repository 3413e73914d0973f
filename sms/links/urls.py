"""Short on purpose: each character of an address is paid for in every text."""

from django.urls import re_path

from sms.links.pages import open_link, opt_out_page

_BASE58 = "[1-9A-HJ-NP-Za-km-z]"
# Our own paths of seven or eight letters are no codes.
CODE = rf"(?!metrics$|webhook$)(?P<code>{_BASE58}{{7,8}})$"

urlpatterns = [
    re_path(rf"^u/(?P<token>{_BASE58}{{8,12}})$", opt_out_page, name="unsubscribe"),
    re_path(rf"^{CODE}", open_link, name="short_link"),
]
