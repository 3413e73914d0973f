"""Named points in the code at which a test may arrange for a fault: a crash, a pause, a lost connection.

Here, in the lowest package, because all the others mark theirs. In production nothing happens at them: only a process
that is started with COUNTERSIGN_FAULTS (`module.function`) in its environment calls that function with the point's
name. docs/faults.md lists the points.
"""

import os
from collections.abc import Callable

from django.utils.module_loading import import_string


def _nothing(point: str) -> None:
    """What happens at a point in production."""


_ARRANGED = os.environ.get("COUNTERSIGN_FAULTS", "")

faultpoint: Callable[[str], None] = import_string(_ARRANGED) if _ARRANGED else _nothing
