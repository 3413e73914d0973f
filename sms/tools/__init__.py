"""The sms_marketing.* tools, one file a noun."""

from sms.tools import campaigns as campaigns
from sms.tools import copy as copy
from sms.tools import links as links
from sms.tools import reports as reports
from sms.tools import requests as requests
from sms.tools import templates as templates
