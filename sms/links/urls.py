"""Short on purpose: each character of an address is paid for in every text."""

from django.urls import re_path

from sms.links.pages import follow, opt_out_page

_BASE58 = "[1-9A-HJ-NP-Za-km-z]"

urlpatterns = [
    re_path(rf"^u/(?P<token>{_BASE58}{{8,12}})$", opt_out_page, name="unsubscribe"),
    # Our own paths of seven or eight letters are no codes.
    re_path(rf"^(?!metrics$|webhook$)(?P<code>{_BASE58}{{7,8}})$", follow, name="short_link"),
]
