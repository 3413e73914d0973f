"""How much is tried: `make test` tries enough to see a rule broken, `make hostile` (THOROUGH=1) all that is wanted."""

import os

THOROUGH = bool(os.environ.get("THOROUGH"))


def tries(quick: int, thorough: int) -> int:
    return thorough if THOROUGH else quick
