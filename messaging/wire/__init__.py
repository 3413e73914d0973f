"""HTTP to providers: one request, once, and knowing whether a byte of it has left."""

from messaging.wire.asking import LARGEST_ANSWER, AnswerBroken, Reply, ask
from messaging.wire.lines import NotSent, new_session

__all__ = ["LARGEST_ANSWER", "AnswerBroken", "NotSent", "Reply", "ask", "new_session"]
