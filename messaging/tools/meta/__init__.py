"""The flat Meta Business tools, one file a noun: other faces of the same things, never twins beside them.

They answer with their own keys alone, and are composed of the whatsapp.* tools wherever something is written.
"""

from messaging.tools.meta import explained_errors as explained_errors
from messaging.tools.meta import prices as prices
