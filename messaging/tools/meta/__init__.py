"""The flat Meta Business tools, one file a noun: other faces of the same things, never twins beside them.

They answer with their own keys alone, and are composed of the whatsapp.* tools wherever something is written.
"""

from messaging.tools.meta import account_quality as account_quality
from messaging.tools.meta import campaigns as campaigns
from messaging.tools.meta import caps as caps
from messaging.tools.meta import compliance as compliance
from messaging.tools.meta import contexts as contexts
from messaging.tools.meta import conversations as conversations
from messaging.tools.meta import delivery_status as delivery_status
from messaging.tools.meta import explained_errors as explained_errors
from messaging.tools.meta import new_templates as new_templates
from messaging.tools.meta import prices as prices
from messaging.tools.meta import rate_limit as rate_limit
from messaging.tools.meta import replies as replies
from messaging.tools.meta import retries as retries
from messaging.tools.meta import template_status as template_status
from messaging.tools.meta import templates as templates
from messaging.tools.meta import templates_sent as templates_sent
