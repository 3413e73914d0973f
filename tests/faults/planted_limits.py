"""Bugs in keeping Meta's messaging limit: with how many people a portfolio begins conversations in 24 hours."""

from tests.faults.bug import Bug

_LIMIT = "tests/messaging/engine/test_messaging_limit.py"

BUGS = (
    Bug(
        "Meta's messaging limit is not asked",
        "messaging/engine/sorting.py",
        "elif room is not None and one.needs_room and newcomers >= room.left:",
        "elif False:",
        (f"{_LIMIT} -k 'wait or room'",),
    ),
    Bug(
        "two numbers of a portfolio take the last place together",
        "messaging/engine/room.py",
        "SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))",
        "SELECT hashtextextended(%(name)s, 0)",
        (f"{_LIMIT}::test_two_numbers_at_once_do_not_pass_the_limit_together",),
    ),
    Bug(
        "each number has a messaging limit of its own",
        "messaging/portfolios.py",
        "account__organisation=account.organisation_id, account__portfolio=account.portfolio",
        "pk=sender.pk",
        (f"{_LIMIT} -k 'share or at_once'",),
    ),
    Bug(
        "who could not be reached does not count towards the messaging limit",
        "messaging/portfolios.py",
        "AND begun.outcome <> {Outcome.NOT_ATTEMPTED}",
        "AND begun.outcome = {Outcome.ACCEPTED}",
        (f"{_LIMIT} -k 'everything_else_counts or the_others_wait'",),
    ),
    Bug(
        "what was begun since the count is forgotten",
        "messaging/engine/room.py",
        "people = kept.people + _begun_since(portfolio, kept.at)",
        "people = kept.people",
        (f"{_LIMIT} -k remembered",),
    ),
    Bug(
        "an open window takes room",
        "messaging/portfolios.py",
        "heard.window_until > %(now)s + interval",
        "heard.window_until < %(now)s + interval",
        (f"{_LIMIT} -k window",),
    ),
)
