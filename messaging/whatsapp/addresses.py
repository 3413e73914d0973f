"""How a person is addressed on WhatsApp: a phone number with + and country code, or a business-scoped user id."""

import re

PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
# Two country letters, a dot, up to 128 characters; ENT marks the parent id shared by linked portfolios.
BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
