"""The sms_marketing.* tools, one file a noun."""

from sms.tools import attribution as attribution
from sms.tools import automations as automations
from sms.tools import campaigns as campaigns
from sms.tools import failed_messages as failed_messages
from sms.tools import links as links
from sms.tools import reports as reports
from sms.tools import requests as requests
