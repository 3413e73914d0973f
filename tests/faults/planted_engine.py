"""Bugs in the delivery engine: at most once, counted once, within its bounds.

The games of `tests/stateful` notice them too (`THOROUGH=1 make mutants ARGS=tests/stateful`), save those that a game in
one transaction cannot show:

- the three locks of taking, and a message that is settled while it is taken: only two connections at once show them;
- a lease that ran out: it ends by the clock of the lane's own process, and no lane runs in a game;
- both buckets: they stand in Redis and go by its clock;
- the audience that the release asks about: a guard of every broadcast asks the same, so that either alone holds;
- an answer that was cut off in the client: a game's carrier has no wire.
"""

from tests.faults.bug import Bug

_ENGINE = "tests/messaging/engine"
_TAKE, _FINISH, _LIFE = f"{_ENGINE}/test_take.py", f"{_ENGINE}/test_finish.py", f"{_ENGINE}/test_life_of_a_send.py"
_LANES, _RELEASE, _PACING = f"{_ENGINE}/test_lanes.py", f"{_ENGINE}/test_release.py", f"{_ENGINE}/test_pacing.py"
_LEAVES_OUT, _AT_ONCE = f"{_ENGINE}/test_take_leaves_out.py", f"{_ENGINE}/test_take_at_once.py"
_STATUSES = "tests/messaging/inbox/test_statuses.py"

BUGS = (
    Bug(
        "an attempt that broke off goes again",
        "messaging/engine/reap.py",
        'SET status = {climbed_sql("m.status", str(Status.UNSURE.value))}',
        "SET status = {Status.QUEUED}",
        (f"{_LIFE}::test_a_crash_between_marking_and_finishing_leaves_unsure_and_is_never_resent",),
    ),
    Bug(
        "a lost answer goes again",
        "messaging/engine/handover.py",
        "Retry.UNSURE: Ending.UNSURE,",
        "Retry.UNSURE: Ending.NOT_ATTEMPTED,",
        (f"{_LANES}::test_how_each_hand_over_ends_is_how_it_is_written_down",),
    ),
    Bug(
        "a carrier that breaks has not sent",
        "messaging/engine/handover.py",
        'return Result(taken, Ending.UNSURE, code="carrier_broke"',
        'return Result(taken, Ending.NOT_ATTEMPTED, code="carrier_broke"',
        (f"{_LANES}::test_how_each_hand_over_ends_is_how_it_is_written_down",),
    ),
    Bug(
        "an answer that was cut off was no attempt",
        "messaging/whatsapp/client.py",
        """raise SendFailed("answer_lost", f"Meta's answer was lost ({error})", Retry.UNSURE)""",
        """raise SendFailed("answer_lost", f"Meta's answer was lost ({error})", Retry.NOT_ATTEMPTED)""",
        ("tests/messaging/whatsapp/test_sending.py -k unsure",),
    ),
    Bug(
        "opt-outs count when the audience is made, and not after",
        "messaging/engine/sorting.py",
        "return one.verdict or (0 if one.is_unchanged else Verdict.CHANGED)",
        "return 0 if one.is_unchanged else Verdict.CHANGED",
        (f"{_LEAVES_OUT} -k stop",),
    ),
    Bug(
        "the contact is not locked while it is marked",
        "messaging/engine/take.py",
        "ORDER BY id FOR NO KEY UPDATE SKIP LOCKED\n",
        "ORDER BY id\n",
        (f"{_AT_ONCE} -k 'moment or holds or senders_at_once'",),
    ),
    Bug(
        "the send is not locked while it is taken from",
        "messaging/engine/live.py",
        "ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED",
        "ORDER BY s.id",
        (f"{_AT_ONCE}::test_nobody_else_takes_from_a_send_that_is_being_taken_from",),
    ),
    Bug(
        "a message that a webhook has settled is sent all the same",
        "messaging/engine/sorting.py",
        "if one.status != Status.QUEUED:",
        "if one.status == Status.EXCLUDED:",
        (f"{_TAKE}::test_a_message_that_a_webhook_has_settled_is_not_sent",),
    ),
    Bug(
        "a message changed since the approval goes out",
        "messaging/engine/sorting.py",
        "return one.verdict or (0 if one.is_unchanged else Verdict.CHANGED)",
        "return one.verdict",
        (f"{_LEAVES_OUT} -k frozen_audience",),
    ),
    Bug(
        "attempts under way do not count towards the cap",
        "messaging/gate.py",
        'f" AND {attempt}.outcome <> {Outcome.NOT_ATTEMPTED}"',
        'f" AND {attempt}.outcome = {Outcome.ACCEPTED}"',
        (f"{_LEAVES_OUT} -k cap", "tests/messaging/test_audiences.py -k cap"),
    ),
    Bug(
        "two messages to one person in a batch pass the cap together",
        "messaging/engine/sorting.py",
        "    if is_second:\n",
        "    if False:\n",
        (f"{_LEAVES_OUT} -k 'cap_together or distance'",),
    ),
    Bug(
        "the ceiling is not asked",
        "messaging/engine/sorting.py",
        "elif one.price > left[one.send_id]:",
        "elif False:",
        (f"{_TAKE}::test_the_cost_is_reserved_and_never_passes_the_ceiling",),
    ),
    Bug(
        "a result counts as often as it is written down",
        "messaging/engine/finish.py",
        " WHERE a.id = r.id AND a.outcome IN ({Outcome.OPEN}, {Outcome.UNSURE})\n"
        "   AND (a.outcome, a.code) IS DISTINCT FROM (r.outcome, r.code)\n",
        " WHERE a.id = r.id\n",
        (f"{_FINISH} -k 'once or faster or late'",),
    ),
    Bug(
        "an unknown outcome costs nothing",
        "messaging/engine/finish.py",
        "_COSTS_NOTHING = _GOES_AGAIN | {Ending.FAILED}",
        "_COSTS_NOTHING = _GOES_AGAIN | {Ending.FAILED, Ending.UNSURE}",
        (f"{_ENGINE}/test_invariants.py::test_a_send_half_way_breaks_nothing",),
    ),
    Bug(
        "messages are tried for ever",
        "messaging/engine/finish.py",
        "MAX_TRIES = 5",
        "MAX_TRIES = 500",
        (f"{_FINISH}::test_the_fifth_refusal_is_a_failure",),
    ),
    Bug(
        "a busy sender uses up the tries of its messages",
        "messaging/engine/handover.py",
        "Ending.BUSY if is_busy else _ENDINGS[failure.retry]",
        "_ENDINGS[failure.retry]",
        (f"{_ENGINE}/test_handover.py",),
    ),
    Bug(
        "nobody hears of a sender that is refused for ever",
        "messaging/engine/quiet.py",
        "if since is not None and now - since >=",
        "if since is not None and False and now - since >=",
        (f"{_ENGINE}/test_quiet.py -k paused",),
    ),
    Bug(
        "what comes back after a stop waits again",
        "messaging/engine/sends.py",
        "    if state == SendState.STOPPED:\n        return Verdict.STOPPED\n",
        "",
        (f"{_FINISH}::test_what_comes_back_after_the_send_was_stopped_is_left_out",),
    ),
    Bug(
        "a status may go back",
        "messaging/engine/ladder.py",
        'f" ELSE greatest({current}, {reported}) END"',
        'f" ELSE {reported} END"',
        (f"{_STATUSES}", f"{_ENGINE}/test_ladder.py"),
    ),
    Bug(
        "a lane that lost its lease goes on",
        "messaging/engine/lease.py",
        "        return time.monotonic() < self._ends\n",
        "        return True\n",
        (f"{_LANES} -k lease",),
    ),
    Bug(
        "two lanes may have one sender",
        "messaging/engine/lease.py",
        " WHERE lane.lease_until IS NULL OR lane.lease_until <= clock_timestamp()\n",
        "",
        (f"{_LANES}::test_a_sender_has_one_lane_at_a_time",),
    ),
    Bug(
        "a bucket begins full",
        "messaging/engine/pacing.py",
        "  one.tokens, one.lately = 1 - one.burst, 0\n",
        "  one.tokens, one.lately = one.burst, 0\n",
        (_PACING,),
    ),
    Bug(
        "nobody counts what was granted in the last second",
        "messaging/engine/pacing.py",
        "        return max(0, min(floor(self.tokens), self.limit.per_second - self.lately))\n",
        "        return max(0, floor(self.tokens))\n",
        (_PACING,),
    ),
    Bug(
        "marking does not wait for the disk",
        "messaging/engine/take.py",
        "        taken = _take(sender, wanted, now, held)\n",
        '        connection.cursor().execute("SET LOCAL synchronous_commit TO off")\n'
        "        taken = _take(sender, wanted, now, held)\n",
        (f"{_TAKE}::test_marking_waits_for_the_disk",),
    ),
    Bug(
        "a release begins anew where it broke off",
        "messaging/engine/release.py",
        "            Send.objects.filter(pk=send.pk).update(released_upto=upto)\n",
        "            pass\n",
        (f"{_RELEASE} -k 'broke_off or pause_during or chunk'",),
    ),
    Bug(
        "the release does not ask whether the audience is the one that was approved",
        "messaging/engine/standing.py",
        "if ask_audience and not _audience_is_untouched(send, contract):",
        "if False:",
        (f"{_RELEASE} -k audience",),
    ),
    Bug(
        "a send goes out on a request that nobody has carried out",
        "messaging/engine/standing.py",
        "if request is None or request.state != State.SUCCEEDED or request.preview_id != send.preview_id:",
        "if request is None or request.preview_id != send.preview_id:",
        ("tests/messaging/test_broadcasts.py -k 'nothing_leave or lets_nothing'", f"{_RELEASE} -k countersigned"),
    ),
)
