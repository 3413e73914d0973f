"""The sms_marketing.* tools, one file a noun."""

from sms.tools import attribution as attribution
from sms.tools import automations as automations
from sms.tools import campaigns as campaigns
from sms.tools import contacts as contacts
from sms.tools import copy as copy
from sms.tools import failed_messages as failed_messages
from sms.tools import gateways as gateways
from sms.tools import links as links
from sms.tools import opt_outs as opt_outs
from sms.tools import otp as otp
from sms.tools import owners as owners
from sms.tools import quotas as quotas
from sms.tools import reports as reports
from sms.tools import requests as requests
from sms.tools import segments as segments
from sms.tools import sender_ids as sender_ids
from sms.tools import setup as setup
from sms.tools import snapshots as snapshots
from sms.tools import templates as templates
