"""All bugs that `make mutants` plants, one at a time."""

from tests.faults import (
    planted_codes_and_links,
    planted_engine,
    planted_gates,
    planted_hostile,
    planted_inbox,
    planted_limits,
    planted_replies,
    planted_sms,
)

BUGS = (
    *planted_engine.BUGS,
    *planted_limits.BUGS,
    *planted_inbox.BUGS,
    *planted_gates.BUGS,
    *planted_sms.BUGS,
    *planted_codes_and_links.BUGS,
    *planted_hostile.BUGS,
    *planted_replies.BUGS,
)
