"""Waking the consumer after a commit: at most a few times a second a process, and never a reason to fail."""

import logging
import time

log = logging.getLogger(__name__)

_EVERY_SECONDS = 0.2
_last = 0.0


def ring() -> None:
    """Ring unless it rang a moment ago. A lost ring costs until beat's next one: the rows are the queue."""
    global _last
    if time.monotonic() - _last < _EVERY_SECONDS:
        return
    _last = time.monotonic()
    from messaging.inbox.tasks import apply_webhooks

    try:
        apply_webhooks.apply_async(expires=30)
    except Exception:
        log.warning("the bell for the webhook inbox did not ring; beat will", exc_info=True)
