"""The state machine `Messaging`: whatever customers, agents, people, the provider and the clock do, in any order."""

from tests.stateful.customers import Customers
from tests.stateful.delivery import Delivery
from tests.stateful.meddling import Meddling
from tests.stateful.wishes import Wishes


class Messaging(Customers, Wishes, Delivery, Meddling):
    """Each rule is something that happens; after each, every promise is asked."""
