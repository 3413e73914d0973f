"""The flat Meta Business tools, one file a noun: other faces of the same things, never twins beside them.

They answer with their own keys alone, and are composed of the whatsapp.* tools wherever something is written.
"""

from messaging.tools.meta import caps as caps
from messaging.tools.meta import compliance as compliance
from messaging.tools.meta import contexts as contexts
from messaging.tools.meta import conversations as conversations
from messaging.tools.meta import replies as replies
