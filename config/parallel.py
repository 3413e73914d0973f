"""What tests that run side by side do not share."""


def own_number(url: str, xdist_worker: str) -> str:
    """The Redis URL with a pytest-xdist worker's own number (gw0 -> 1): parallel tests do not share a queue."""
    if not xdist_worker:
        return url
    return f"{url.rpartition('/')[0]}/{int(xdist_worker.removeprefix('gw')) % 15 + 1}"
