"""The recipient gate: why a person may not be written to now, as one SQL expression.

Resolving an audience and handing messages over ask the same question with the same words, so that a rule can never
hold in one place and not in the other. Quiet hours postpone and are asked elsewhere (`messaging.quiet_hours`).
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import ngettext

from accounts.models import Organisation
from accounts.statements import run_sql
from messaging.models import Category, Channel, Contact, MessagingRules, Outcome, SuppressionReason, Verdict

# Two lanes at once each have a `now` of their own: what the other has just marked may be a little later than ours, and
# counts. What lies farther ahead is a clock's mistake, and caps nobody for good.
_AHEAD = timedelta(minutes=5)
# A free-form answer that leaves so close before the end of its window may arrive after it.
WINDOW_MARGIN_SECONDS = 60


def verdict_sql(
    contact: str, *, channel: str = "%(channel)s", category: str = "%(category)s", capped: str | None = None
) -> str:
    """A CASE that gives the `Verdict` of one row of messaging_contact, which the statement calls `contact`.

    Stands on the parameters of `gate_parameters`. `channel` and `category` may be columns of the statement instead.
    `capped` is a condition to use in place of the look-up a person: for a large audience, join `capped_people_sql()`
    and pass `"capped.contact_id IS NOT NULL"`.
    """
    capped = capped if capped is not None else _has_reached_cap(contact, category)
    return f"""CASE
        WHEN {_has_no_address(contact, channel)} THEN {Verdict.INVALID}
        WHEN {_is_suppressed(contact, channel, category, "<>")} THEN {Verdict.SUPPRESSED}
        WHEN {_is_suppressed(contact, channel, category, "=")} THEN {Verdict.BLOCKED}
        WHEN {_was_asked_for(channel, category)} OR {_is_answer(channel, category)} THEN
            CASE WHEN {_withdrew(contact, channel, category)} THEN {Verdict.NO_CONSENT} ELSE {Verdict.INCLUDED} END
        WHEN NOT {_has_consent(contact, channel, category)} THEN
            CASE WHEN {_agreed_to_something_else(contact, channel, category)}
                 THEN {Verdict.WRONG_CATEGORY} ELSE {Verdict.NO_CONSENT} END
        WHEN {capped} THEN {Verdict.CAPPED}
        ELSE {Verdict.INCLUDED} END"""


def gate_parameters(
    organisation: Organisation, channel: str, category: str, now: datetime, rules: MessagingRules | None = None
) -> dict[str, Any]:
    """The named parameters that `verdict_sql` and `capped_people_sql` stand on. `rules` spares a look-up."""
    rules = rules or rules_of(organisation)
    return {
        "organisation": organisation.pk,
        "channel": str(channel),
        "category": str(category),
        "now": now,
        "cap": rules.marketing_cap,
        "cap_since": now - timedelta(days=rules.marketing_cap_days),
        "cap_until": now + _AHEAD,
    }


def verdict_on(contact: Contact, channel: str, category: str, now: datetime) -> Verdict:
    """What the gate says of one person."""
    facts = gate_parameters(contact.organisation, channel, category, now)
    ask = f"SELECT {verdict_sql('c')} FROM messaging_contact c WHERE c.id = %(contact)s"
    ((verdict,),) = run_sql(ask, {**facts, "contact": contact.pk})
    return Verdict(verdict)


def cap_on(contact: Contact, now: datetime) -> tuple[bool, datetime | None]:
    """Whether one person has had their marketing messages, and when there is room for another; None for never."""
    rules = rules_of(contact.organisation)
    facts = gate_parameters(contact.organisation, Channel.WHATSAPP, Category.MARKETING, now, rules)
    ((is_capped, filled_at),) = run_sql(_CAP, {**facts, "contact": contact.pk})
    return is_capped, filled_at + timedelta(days=rules.marketing_cap_days) if filled_at else None


def window_is_closed_sql(send: str) -> str:
    """Whether this send is a free-form answer to a conversation whose window is over. Stands on the parameter `now`.

    What leaves within the margin of the window's end may arrive after it, and Meta would refuse it (131047). A free
    entry point does not hold the window open: it only makes messages free of charge.
    """
    return f"""EXISTS (SELECT 1 FROM messaging_reply answer
                JOIN messaging_conversation heard ON heard.id = answer.conversation_id
                WHERE answer.send_id = {send} AND coalesce(heard.window_until
                      <= %(now)s + interval '{WINDOW_MARGIN_SECONDS} s', true))"""


def rules_of(organisation: Organisation) -> MessagingRules:
    """The organisation's limits; the defaults (unsaved) where it has not set any."""
    return MessagingRules.objects.filter(pk=organisation.pk).first() or MessagingRules(organisation=organisation)


def marketing_cap_in_words(rules: MessagingRules) -> str:
    """How often one person gets marketing."""
    told = ngettext("%(most)d in %(days)d day", "%(most)d in %(days)d days", rules.marketing_cap_days)
    return told % {"most": rules.marketing_cap, "days": rules.marketing_cap_days}


def capped_people_sql(whose: str = "true") -> str:
    """The people of an organisation who have had their marketing messages, as contact_id; nobody for other categories.

    One scan of the window instead of a look-up a person: right when the audience is a good part of all contacts.
    `whose` is a condition on `capped_attempt` where only some of them are asked about.
    """
    return f"""SELECT capped_attempt.contact_id FROM messaging_attempt capped_attempt
        JOIN messaging_sender capped_sender ON capped_sender.id = capped_attempt.sender_id
        WHERE %(category)s = '{Category.MARKETING}' AND capped_sender.organisation_id = %(organisation)s
          AND {_counts_towards_cap("capped_attempt")} AND {whose}
        GROUP BY capped_attempt.contact_id HAVING count(*) >= %(cap)s"""


def _has_no_address(contact: str, channel: str) -> str:
    return (
        f"({contact}.invalid_at IS NOT NULL OR ({contact}.phone IS NULL"
        f" AND ({contact}.bsuid IS NULL OR {channel} <> '{Channel.WHATSAPP}')))"
    )


def _applies(row: str, channel: str, category: str) -> str:
    return f"{row}.channel IN ({channel}, '{Channel.ANY}') AND {row}.category IN ({category}, '{Category.ANY}')"


def _was_asked_for(channel: str, category: str) -> str:
    """A one-time password by SMS: the person waits for it, which is consent to this one text.

    A STOP, which is a no to everything we send unasked, does not keep people from signing in. A block does.
    """
    return f"({channel} = '{Channel.SMS}' AND {category} = '{Category.AUTHENTICATION}')"


def _is_answer(channel: str, category: str) -> str:
    """A reply by WhatsApp: writing to us is consent to being answered while the window is open. A STOP ends it."""
    return f"({channel} = '{Channel.WHATSAPP}' AND {category} = '{Category.SERVICE}')"


def _withdrew(contact: str, channel: str, category: str) -> str:
    """Said no to this very category."""
    return f"""EXISTS (SELECT 1 FROM messaging_consentstate withdrawn
                WHERE withdrawn.contact_id = {contact}.id AND withdrawn.state = 'withdrawn'
                  AND withdrawn.channel IN ({channel}, '{Channel.ANY}') AND withdrawn.category = {category})"""


def _is_suppressed(contact: str, channel: str, category: str, blocked: str) -> str:
    """A standing no of the person, or of a contact that may be the same person until somebody has decided."""
    stands = (
        f"suppression.lifted_at IS NULL AND {_applies('suppression', channel, category)}"
        f" AND suppression.reason {blocked} '{SuppressionReason.BLOCKED}'"
    )
    if blocked == "<>":
        stands += f" AND (NOT {_was_asked_for(channel, category)} OR suppression.category = {category})"
    return f"""(EXISTS (SELECT 1 FROM messaging_suppression suppression
                WHERE suppression.contact_id = {contact}.id AND {stands})
            OR EXISTS (SELECT 1 FROM (
                    SELECT first_id AS contact_id, second_id AS other_id
                      FROM messaging_mergetask WHERE settled_at IS NULL
                    UNION ALL
                    SELECT second_id, first_id FROM messaging_mergetask WHERE settled_at IS NULL) perhaps_the_same
                JOIN messaging_suppression suppression ON suppression.contact_id = perhaps_the_same.other_id
                WHERE perhaps_the_same.contact_id = {contact}.id AND {stands}))"""


def _has_consent(contact: str, channel: str, category: str) -> str:
    """Agreed for this channel and category, and not taken back as late or later: a withdrawal wins a tie."""
    return f"""EXISTS (SELECT 1 FROM messaging_consentstate agreed
                WHERE agreed.contact_id = {contact}.id AND agreed.state = 'granted'
                  AND {_applies("agreed", channel, category)}
                  AND NOT EXISTS (SELECT 1 FROM messaging_consentstate withdrawn
                        WHERE withdrawn.contact_id = agreed.contact_id AND withdrawn.state = 'withdrawn'
                          AND {_applies("withdrawn", channel, category)} AND withdrawn.since >= agreed.since))"""


def _agreed_to_something_else(contact: str, channel: str, category: str) -> str:
    """Agreed on this channel for another category, and never said anything against this one."""
    return f"""(EXISTS (SELECT 1 FROM messaging_consentstate other
                WHERE other.contact_id = {contact}.id AND other.state = 'granted'
                  AND other.channel IN ({channel}, '{Channel.ANY}'))
            AND NOT EXISTS (SELECT 1 FROM messaging_consentstate withdrawn
                WHERE withdrawn.contact_id = {contact}.id AND withdrawn.state = 'withdrawn'
                  AND {_applies("withdrawn", channel, category)}))"""


def _has_reached_cap(contact: str, category: str) -> str:
    """By person, and so by number: an organisation knows a number once (`contact_phone_once`), and a merge hands the
    attempts on with it.
    """
    return f"""({category} = '{Category.MARKETING}' AND (SELECT count(*) FROM messaging_attempt earlier
                WHERE earlier.contact_id = {contact}.id AND {_counts_towards_cap("earlier")}) >= %(cap)s)"""


def _counts_towards_cap(attempt: str) -> str:
    """Every try that may have reached the person, so an open or unsure one counts."""
    return (
        f"{attempt}.category = '{Category.MARKETING}'"
        f" AND {attempt}.started_at > %(cap_since)s AND {attempt}.started_at <= %(cap_until)s"
        f" AND {attempt}.outcome <> {Outcome.NOT_ATTEMPTED}"
    )


# The try that filled the cap: once it is out of the days, there is room for one more.
_CAP = f"""
SELECT {_has_reached_cap("c", "%(category)s")},
       (SELECT earlier.started_at FROM messaging_attempt earlier
         WHERE earlier.contact_id = c.id AND %(cap)s > 0 AND {_counts_towards_cap("earlier")}
         ORDER BY earlier.started_at DESC OFFSET greatest(%(cap)s - 1, 0) LIMIT 1)
  FROM messaging_contact c WHERE c.id = %(contact)s
"""
