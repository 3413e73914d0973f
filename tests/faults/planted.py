"""Bugs as somebody might write them: a place, what stands there, what they would write, and who must notice.

`tests` are pytest's own words for a selection; a name with `cell:` in front is a cell of the harness.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bug:
    """`old` stands exactly once in the file."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


_ENGINE = "tests/messaging/engine"
_TAKE, _FINISH, _LIFE = f"{_ENGINE}/test_take.py", f"{_ENGINE}/test_finish.py", f"{_ENGINE}/test_life_of_a_send.py"
_LANES, _RELEASE, _PACING = f"{_ENGINE}/test_lanes.py", f"{_ENGINE}/test_release.py", f"{_ENGINE}/test_pacing.py"
_INBOUND, _STATUSES = "tests/messaging/inbox/test_inbound.py", "tests/messaging/inbox/test_statuses.py"
_DECISIONS, _EXECUTION = "tests/approvals/test_decisions.py", "tests/approvals/test_execution.py"

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
        (f"{_TAKE} -k stop",),
    ),
    Bug(
        "the contact is not locked while it is marked",
        "messaging/engine/take.py",
        "ORDER BY id FOR NO KEY UPDATE SKIP LOCKED\n",
        "ORDER BY id\n",
        (f"{_TAKE} -k 'moment or holds or senders_at_once'",),
    ),
    Bug(
        "the send is not locked while it is taken from",
        "messaging/engine/live.py",
        "ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED",
        "ORDER BY s.id",
        (f"{_TAKE} -k 'stopping or marked_once'", "cell:send-stopped-mid-send"),
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
        (f"{_TAKE} -k frozen_audience",),
    ),
    Bug(
        "attempts under way do not count towards the cap",
        "messaging/gate.py",
        'f" AND {attempt}.outcome <> {Outcome.NOT_ATTEMPTED}"',
        'f" AND {attempt}.outcome = {Outcome.ACCEPTED}"',
        (f"{_TAKE} -k cap", "tests/messaging/test_audiences.py -k cap"),
    ),
    Bug(
        "two messages to one person in a batch pass the cap together",
        "messaging/engine/sorting.py",
        "elif one.contact_id in seen:",
        "elif False:",
        (f"{_TAKE} -k 'cap_together or distance'",),
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
        "what comes back after a stop waits again",
        "messaging/engine/finish.py",
        "    SendState.STOPPED: Verdict.STOPPED,\n",
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
        "  tokens[i] = 0\n",
        "  tokens[i] = burst\n",
        (_PACING,),
    ),
    Bug(
        "marking does not wait for the disk",
        "messaging/engine/take.py",
        "        taken = _take(sender, wanted, now, held)\n",
        '        connection.cursor().execute("SET LOCAL synchronous_commit TO off")\n'
        "        taken = _take(sender, wanted, now, held)\n",
        ("cell:crash-database@take.committed",),
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
    Bug(
        "a webhook told twice is heard twice",
        "messaging/inbox/inbound.py",
        "    if not is_new:\n        return\n",
        "",
        (_INBOUND,),
    ),
    Bug(
        "STOP by user id alone is nobody's",
        "messaging/inbox/inbound.py",
        'known = {"phone": phone, "wa_id": phone.removeprefix("+"), "bsuid": user_id}',
        'known = {"phone": phone, "wa_id": phone.removeprefix("+")}',
        (_INBOUND,),
    ),
    Bug(
        "a START told weeks late brings people back",
        "messaging/consent/optouts.py",
        "    if now - said_at > START_COUNTS_FOR:\n        return 0\n",
        "",
        ("tests/messaging/test_consent.py -k start", f"{_INBOUND} -k start"),
    ),
    Bug(
        "an older START lifts a newer STOP",
        "messaging/consent/optouts.py",
        "contact=contact, at__lt=said_at, reason__in",
        "contact=contact, reason__in",
        ("tests/messaging/test_consent.py -k start", f"{_INBOUND} -k start"),
    ),
    Bug(
        "a stop reaches one of two contacts that may be the same person",
        "messaging/consent/optouts.py",
        "for contact in lock_contacts(same_people(contacts))]",
        "for contact in lock_contacts(contacts)]",
        ("tests/messaging/test_consent.py -k same_person",),
    ),
    Bug(
        "one poisoned status takes its siblings with it",
        "messaging/inbox/apply.py",
        "        except Exception as error:  # noqa: BLE001 - the worker's end: this item fails alone\n"
        "            _note(one, error, failed)\n\n\ndef _apply_one",
        "        except ValueError as error:\n            _note(one, error, failed)\n\n\ndef _apply_one",
        (f"{_STATUSES} -k siblings",),
    ),
    Bug(
        "a body speaks for accounts that did not sign it",
        "messaging/inbox/senders.py",
        "return account is not None and account in event.signed_for",
        "return account is not None",
        (_STATUSES, "tests/messaging/inbox/test_management.py"),
    ),
    Bug(
        "the signature is taken over JSON written anew",
        "messaging/whatsapp/webhooks/signature.py",
        "hmac.new(secret.encode(), raw, hashlib.sha256)",
        "hmac.new(secret.encode(), __import__('json').dumps(__import__('json').loads(raw)).encode(), hashlib.sha256)",
        ("tests/messaging/whatsapp/test_webhook_signature.py",),
    ),
    Bug(
        "signatures are compared as words",
        "messaging/whatsapp/webhooks/signature.py",
        "(account, hmac.compare_digest(hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest(), wanted))",
        "(account, hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest() == wanted)",
        ("tests/faults/test_secrets_are_compared_in_constant_time.py",),
    ),
    Bug(
        "keys are compared as words",
        "accounts/credentials.py",
        "not secrets.compare_digest(agent.key_hash, _digest(key))",
        "agent.key_hash != _digest(key)",
        ("tests/faults/test_secrets_are_compared_in_constant_time.py",),
    ),
    Bug(
        "a webhook is answered before it is stored",
        "messaging/inbox/shim.py",
        'if not self._commit.keep(Waiting("whatsapp", raw, tuple(sorted(accounts)))):',
        'if self._commit.keep(Waiting("whatsapp", raw, tuple(sorted(accounts)))) is None:',
        ("tests/messaging/inbox/test_shim.py",),
    ),
    Bug(
        "the bell rings before the approval is committed",
        "approvals/execution.py",
        "transaction.on_commit(lambda: execute.delay(str(request.pk)), robust=True)",
        "execute.delay(str(request.pk))",
        (f"{_DECISIONS} tests/approvals/test_sweep.py",),
    ),
    Bug(
        "the executor does not look at the seal",
        "approvals/standing.py",
        "if not request.is_untouched or not _decided_on_these_terms(request):",
        "if not request.decisions.exists():",
        (f"{_EXECUTION} -k altered",),
    ),
    Bug(
        "an approval counts for ever",
        "approvals/standing.py",
        "    if request.expires_at <= now:\n",
        "    if False:\n",
        (f"{_EXECUTION} -k 'end_expires or last_second'",),
    ),
    Bug(
        "a request is begun whatever its state",
        "approvals/execution.py",
        "        if request.state != State.APPROVED:\n            return request\n",
        "",
        (f"{_EXECUTION} -k 'again or nobody_has_approved'",),
    ),
    Bug(
        "people decide their own wishes",
        "approvals/decisions.py",
        "if actor.person.pk in owners or request.requester == actor.principal:",
        "if False:",
        (f"{_DECISIONS} -k own",),
    ),
    Bug(
        "a superuser decides their own wishes",
        "approvals/decisions.py",
        "if actor.person.pk in owners or request.requester == actor.principal:",
        "if not actor.person.is_superuser and (actor.person.pk in owners or request.requester == actor.principal):",
        (f"{_DECISIONS}::test_a_superuser_is_no_exception",),
    ),
    Bug(
        "people decide from anywhere",
        "approvals/decisions.py",
        "or actor.person is None or actor.face is not Face.DESK:",
        "or actor.person is None:",
        (f"{_DECISIONS} -k desk",),
    ),
    Bug(
        "a preview of another tenant can be used",
        "approvals/previews.py",
        "pk=preview_id, organisation=actor.organisation, maker=actor.principal, tool=tool_name",
        "pk=preview_id, tool=tool_name",
        ("tests/approvals/test_previews.py",),
    ),
    Bug(
        "a key belongs to the whole organisation",
        "approvals/idempotency.py",
        '"principal": actor.principal, "tool"',
        '"principal": "anybody", "tool"',
        ("tests/approvals/test_idempotency.py",),
    ),
    Bug(
        "the same key with other arguments is answered",
        "approvals/idempotency.py",
        "if first.arguments_seal != digest:",
        "if False:",
        ("tests/approvals/test_idempotency.py",),
    ),
    Bug(
        "each agent has a budget of its own",
        "accounts/budgets.py",
        "people__lte=agent.people_per_day - spend.people,",
        "people__lte=10**9,",
        ("tests/approvals/test_budgets.py",),
    ),
    Bug(
        "a list shows other tenants' rows",
        "messaging/tools/broadcasts.py",
        "Send.objects.filter(organisation=call.organisation, kind=Send.Kind.BROADCAST)",
        "Send.objects.filter(kind=Send.Kind.BROADCAST)",
        ("tests/messaging/test_broadcasts.py -k tenants",),
    ),
    Bug(
        "a name goes out unmasked",
        "messaging/tools/contacts.py",
        '    name: Annotated[PersonName, Field(description="Their name.")]\n',
        '    name: Annotated[str, Field(description="Their name.")]\n',
        ("tests/messaging/test_tools_contacts.py -k masked",),
    ),
    Bug(
        "the record may be written apart from its change",
        "audit/record.py",
        "if not connection.in_atomic_block:",
        "if False:",
        ("tests/audit/test_record.py",),
    ),
    Bug(
        "a seal does not cover the seal before",
        "audit/verify.py",
        '"root", "previous", "sealed_at")',
        '"root", "sealed_at")',
        ("tests/audit/test_verify.py",),
    ),
    Bug(
        "entries of running transactions are sealed",
        "audit/seal.py",
        " AND e.xid < {HORIZON}\n",
        "\n",
        ("tests/audit/test_seal.py",),
    ),
)
