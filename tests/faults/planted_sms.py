"""Bugs of SMS: texts that go out twice, receipts that are believed, caps and quotas that are passed."""

from tests.faults.bug import Bug

_CAMPAIGNS, _QUOTAS = "tests/sms/test_campaigns.py", "tests/sms/test_quotas_under_lock.py"
_TWILIO, _COUNTING = "tests/sms/gateways/test_twilio.py", "tests/sms/text/test_counting.py"
_ITEMS, _BINDS = "tests/sms/test_items.py", "tests/sms/gateways/smpp/test_smpp_binds.py"
_SETUP, _BALANCES = "tests/sms/test_setup_tools.py", "tests/sms/test_holding.py"
_IN_CONSTANT_TIME = "tests/faults/test_secrets_are_compared_in_constant_time.py"

BUGS = (
    Bug(
        "what a gateway may have taken is sent on by the next one",
        "sms/carrier.py",
        "if failed.retry in (Retry.UNSURE, Retry.PERMANENT):",
        "if failed.retry is Retry.PERMANENT:",
        (f"{_CAMPAIGNS} -k lost_answer",),
    ),
    Bug(
        "a gateway is asked although its answer may come after the attempt has run out",
        "sms/carrier.py",
        "if self._clock() + longest_hand_over() > outgoing.until:",
        "if False:",
        ("tests/sms/test_carrier.py -k 'further or whoever'",),
    ),
    Bug(
        "a lost answer of a gateway was no attempt",
        "sms/gateways/http.py",
        'raise SendFailed("answer_lost", text, Retry.UNSURE)',
        'raise SendFailed("answer_lost", text, Retry.NOT_ATTEMPTED)',
        (f"{_TWILIO} -k lost_answer",),
    ),
    Bug(
        "a text whose line dropped goes again",
        "sms/gateways/smpp/link.py",
        'SendFailed("link_lost", "The line dropped before the answer", Retry.UNSURE)',
        'SendFailed("link_lost", "The line dropped before the answer", Retry.NOT_ATTEMPTED)',
        (f"{_BINDS} -k drops_before",),
    ),
    Bug(
        "half a text that was taken is begun anew",
        "sms/gateways/smpp/hand_over.py",
        'raise SendFailed("partly_taken", text, Retry.UNSURE)',
        "raise failed",
        (f"{_BINDS} -k later_part",),
    ),
    Bug(
        "a throttled text counts as refused",
        "sms/gateways/twilio/errors.py",
        '_PACE = Row(Failure.ROUTE, Retry.NOT_ATTEMPTED, "Slow down; it goes again by itself.", _PACE_WAIT, "sender")',
        '_PACE = Row(Failure.ROUTE, Retry.PERMANENT, "Slow down; it goes again by itself.", _PACE_WAIT, "sender")',
        (f"{_TWILIO} -k refusal",),
    ),
    Bug(
        "a text that is on its way has arrived",
        "sms/items.py",
        'Progress.ACCEPTED: "accepted"',
        'Progress.ACCEPTED: "delivered"',
        (_ITEMS,),
    ),
    Bug(
        "a text has arrived when one of its parts has",
        "sms/parts.py",
        "    if len(told) < parts:\n        return Progress.ACCEPTED\n",
        "",
        ("tests/sms/gateways/test_vonage_parts.py",),
    ),
    Bug(
        "a receipt that nobody signed is believed",
        "sms/callbacks.py",
        "if not gateway(row.kind).verify(account_of(row), call):",
        "if False:",
        (f"{_CAMPAIGNS} -k unsigned",),
    ),
    Bug(
        "a receipt is believed at any address",
        "sms/callbacks.py",
        "SmsGateway.objects.filter(callback_key_hash=hash_of_key(key)).first()",
        "SmsGateway.objects.first()",
        (f"{_CAMPAIGNS} -k addresses",),
    ),
    Bug(
        "signatures of gateways are compared as words",
        "sms/gateways/twilio/signature.py",
        "any(hmac.compare_digest(one.encode(), given.encode()) for one in expected)",
        "any(one.encode() == given.encode() for one in expected)",
        (_IN_CONSTANT_TIME,),
    ),
    Bug(
        "a gateway speaks for another tenant's texts",
        "sms/items.py",
        "pk__in=references, sender__organisation=row.organisation_id, sender__channel",
        "pk__in=references, sender__channel",
        (_ITEMS,),
    ),
    Bug(
        "a character of two units counts as one",
        "sms/text/counting.py",
        "units = len(text) + wide\n",
        "units = len(text)\n",
        (_COUNTING,),
    ),
    Bug(
        "a part ends inside a pair",
        "sms/text/counting.py",
        "len(wide.findall(text, begin, end)) - room) > 0:",
        "len(wide.findall(text, begin, end)) - room) > 1:",
        (_COUNTING,),
    ),
    Bug(
        "a sender ID is used where no gateway has registered it",
        "sms/routing.py",
        "identity__in=[one.pk for one in identities], status=GatewayRegistration.Status.ACTIVE,",
        "identity__in=[one.pk for one in identities],",
        (f"{_SETUP} -k usable",),
    ),
    Bug(
        "a suspended sender ID goes on sending",
        "sms/campaigns/guards.py",
        "identity is None or identity.state != SenderIdState.VERIFIED or identity.value",
        "identity is None or identity.value",
        (f"{_CAMPAIGNS} -k moved",),
    ),
    Bug(
        "a marked sender ID needs no register in Hong Kong",
        "sms/routing.py",
        '_MARK_OF_REGISTERED = {"HK": "#"}',
        "_MARK_OF_REGISTERED: dict[str, str] = {}",
        (f"{_SETUP} -k usable",),
    ),
    Bug(
        "two campaigns scheduled at once take what is left of the quota",
        "sms/quotas.py",
        "Quota.objects.select_for_update(no_key=True).filter(",
        "Quota.objects.filter(",
        (f"{_QUOTAS} -k at_once",),
    ),
    Bug(
        "two sends released at once take the same money",
        "sms/balances/holding.py",
        'list(rows.select_for_update(of=("self",), no_key=True) if connection.in_atomic_block else rows)',
        "list(rows)",
        (f"{_BALANCES} -k released_at_once",),
    ),
    Bug(
        "a balance of yesterday pays for today",
        "sms/balances/known.py",
        "    elif row.balance_at <= now - COUNTS_FOR:\n        known = Known.STALE\n",
        "",
        (f"{_BALANCES} -k hour_ago",),
    ),
    Bug(
        "a part that came early speaks for the whole text",
        "sms/items.py",
        "kept = named([_storable(one) for one in told], row.pk)",
        "kept = [_storable(one) for one in told]",
        ("tests/sms/test_receipts_without_a_text.py -k part",),
    ),
    Bug(
        "a merge begins the hours between two texts anew",
        "sms/merging.py",
        "(AutomationRun, Click,",
        "(Click,",
        ("tests/sms/test_automations.py -k found_to_be_one",),
    ),
    Bug(
        "who is known twice is written to twice where an audience is judged in slices",
        "messaging/audiences/people.py",
        "AND c.organisation_id = %(organisation)s AND ({segment})\n)",
        "AND c.organisation_id = %(organisation)s AND ({segment}) AND c.id > %(above)s\n)",
        ("tests/messaging/test_audiences.py -k slices",),
    ),
    Bug(
        "the cap is asked for each campaign by itself",
        "messaging/engine/take.py",
        '{verdict_sql("c", category="m.category")}',
        "{verdict_sql('c', category='m.category', capped='(SELECT count(*) FROM messaging_attempt t"
        " JOIN messaging_message o ON o.id = t.message_id"
        " WHERE o.contact_id = c.id AND o.send_id = m.send_id) >= %(cap)s')}",
        (f"{_CAMPAIGNS} -k two_campaigns",),
    ),
    Bug(
        "the log shows the address that a gateway reports to",
        "config/logs.py",
        "        if match is not None and match.kwargs.get(name):\n",
        "        if False:\n",
        ("tests/config/test_logs.py -k rights",),
    ),
)
