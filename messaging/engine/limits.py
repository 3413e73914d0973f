"""The engine's own limits. An installation overrides one by setting its name with `ENGINE_` in front."""

from django.conf import settings

_DEFAULTS = {
    "ORGANISATION_PER_SECOND": 1000,  # messages of all senders of one organisation together
    "CONCURRENCY": 160,  # requests under way in one lane: 1,000 a second need 100 at 100 ms
    "LANES": 8,  # senders that one `run_lanes` process serves at the same time
}


def limit(name: str) -> int:
    return int(getattr(settings, f"ENGINE_{name}", _DEFAULTS[name]))
