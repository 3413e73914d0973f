"""What commerce keeps of a person and follows them when two contacts turn out to be one."""

from messaging.contacts.merging import follow
from messaging.models import Order

follow(Order)
