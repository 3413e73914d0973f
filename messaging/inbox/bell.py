"""Waking the consumer after a commit: at most a few times a second a process, and never a reason to fail or to wait."""

import logging
import threading
import time

log = logging.getLogger(__name__)

_EVERY_SECONDS = 0.2
_NAME = "webhook-bell"
_last = 0.0


def ring() -> None:
    """Ring unless it rang a moment ago. A lost ring costs until beat's next one: the rows are the queue.

    It rings beside the caller: a broker that does not answer must not keep the next webhooks from being stored.
    """
    global _last
    if time.monotonic() - _last < _EVERY_SECONDS or any(one.name == _NAME for one in threading.enumerate()):
        return
    _last = time.monotonic()
    threading.Thread(target=_ring, name=_NAME, daemon=True).start()


def _ring() -> None:
    from messaging.inbox.tasks import apply_webhooks

    try:
        apply_webhooks.apply_async(expires=30)
    except Exception:
        log.warning("the bell for the webhook inbox did not ring; beat will", exc_info=True)
