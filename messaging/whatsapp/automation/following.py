"""What automation did in a conversation goes with it when two become one."""

from messaging.models import AutomaticTurn, FlowRun
from messaging.whatsapp.conversations.joining import follow

follow(AutomaticTurn)
follow(FlowRun)
