"""Orders belong to whoever their person is now, and to the conversation that theirs became part of."""

from messaging.contacts import merging
from messaging.models import Order
from messaging.whatsapp.conversations import joining

merging.follow(Order)
joining.follow(Order)
