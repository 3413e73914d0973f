"""The whatsapp.* tools, one file a noun. Importing this package declares them."""

from messaging.tools import audit as audit
from messaging.tools import automatic_answers as automatic_answers
from messaging.tools import automation as automation
from messaging.tools import broadcasts as broadcasts
from messaging.tools import consent as consent
from messaging.tools import contacts as contacts
from messaging.tools import conversations as conversations
from messaging.tools import deliveries as deliveries
from messaging.tools import handovers as handovers
from messaging.tools import imports as imports
from messaging.tools import inbox as inbox
from messaging.tools import media as media
from messaging.tools import meta as meta
from messaging.tools import orders as orders
from messaging.tools import policies as policies
from messaging.tools import requests as requests
from messaging.tools import resends as resends
from messaging.tools import segments as segments
from messaging.tools import senders as senders
from messaging.tools import session_messages as session_messages
from messaging.tools import setup as setup
from messaging.tools import tags as tags
from messaging.tools import template_quality as template_quality
from messaging.tools import template_status as template_status
from messaging.tools import templates as templates
from messaging.tools import webhooks as webhooks
