"""The sms_marketing.* tools, one file a noun."""

from sms.tools import campaigns as campaigns
from sms.tools import contacts as contacts
from sms.tools import links as links
from sms.tools import opt_outs as opt_outs
from sms.tools import reports as reports
from sms.tools import requests as requests
from sms.tools import segments as segments
