"""Asking a segment who is meant and freezing the answer, everybody with the first reason against them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.models import Organisation
from accounts.tenancy import unconfined
from messaging.audiences.digest import digest_of
from messaging.audiences.fares import Fare
from messaging.audiences.languages import readers
from messaging.audiences.people import CAPPED_JOIN_OF_SLICE, TWICE, gate_of_many, segment_sql
from messaging.audiences.variables import Variable, unsendable_sql, values_sql
from messaging.gate import gate_parameters
from messaging.models import Audience, AudienceMember, Segment, TemplateTranslation, Verdict

# Contacts whom one statement judges: three seconds of work, ten on a busy machine, where a web worker gives it thirty.
AT_ONCE = 100_000
_LAST = 2**63 - 1
_EVERY = """
SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM messaging_contact
                 WHERE organisation_id = %(organisation)s) numbered
 WHERE place %% %(at_once)s = 0 ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Only:
    """Of the segment only these people: contact -> values that count before what the variables say."""

    given: Mapping[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What the audience is for: everything the verdicts depend on beside the people themselves."""

    organisation: Organisation
    # None: everybody there is, which only makes sense with `only`.
    segment: Segment | None
    channel: str
    category: str
    translations: Sequence[TemplateTranslation]
    default_language: str
    variables: Sequence[Variable]
    fare: Fare
    only: Only | None = None


def resolve(purpose: Purpose, now: datetime) -> Audience:
    """Freeze the audience: one row a person, with counts by reason and a digest over all of them. In one transaction,
    but in statements of so many contacts that each ends long before a web worker's statement is given up.
    """
    with transaction.atomic():
        audience = Audience.objects.create(
            organisation=purpose.organisation,
            segment=purpose.segment,
            segment_version=purpose.segment.version if purpose.segment else 0,
            targeted=0,
            included=0,
            digest="",
            created_at=now,
        )
        _judge(purpose, audience, now)
        counts = _counts(audience)
        audience.targeted = sum(counts.values())
        audience.included = counts.pop(Verdict.INCLUDED, 0)
        audience.excluded = {Verdict(verdict).name.lower(): count for verdict, count in sorted(counts.items())}
        audience.digest = digest_of(audience)
        audience.save()
    return audience


def _judge(purpose: Purpose, audience: Audience, now: datetime) -> None:
    judged, parameters = judged_sql(purpose, now)
    sql = f"{_INSERT} SELECT %(audience)s, judged.* FROM ({judged}) judged"
    # The segment was found as its tenant. Under the tenant's policy no index on tags would be used (ADR 14).
    with unconfined(), connection.cursor() as cursor:
        for above, upto in _slices(cursor, purpose):
            cursor.execute(sql, {**parameters, "audience": audience.pk, "above": above, "upto": upto})


def _slices(cursor: CursorWrapper, purpose: Purpose) -> list[tuple[int, int]]:
    """The contacts of the organisation by their ids, so many at once; one slice for a few people of theirs."""
    everybody = [(0, _LAST)]
    if purpose.only is not None:
        return everybody
    cursor.execute(_EVERY, {"organisation": purpose.organisation.pk, "at_once": AT_ONCE})
    ends = [contact for (contact,) in cursor.fetchall()]
    return list(pairwise([0, *ends, _LAST])) if ends else everybody


def _counts(audience: Audience) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT verdict, count(*) FROM {AudienceMember._meta.db_table} WHERE audience_id = %s GROUP BY verdict",
            [audience.pk],
        )
        return dict(cursor.fetchall())


def judged_sql(purpose: Purpose, now: datetime) -> tuple[str, dict[str, Any]]:
    """A query for everybody in the segment, and its parameters by name: contact, verdict, address, kind, translation,
    vals, market, price. It freezes nothing.
    """
    parameters = _parameters(purpose, now)
    segment = "TRUE"
    if purpose.segment is not None:
        segment, named = segment_sql(purpose.segment.rule, purpose.organisation, purpose.channel, now)
        parameters.update(named)
    values = values_sql(purpose.variables, "c", parameters) if purpose.variables else "'{}'::jsonb"
    if purpose.only is not None:
        segment = f"({segment}) AND c.id = ANY(%(only)s)"
        values = f"{values} || coalesce(%(given)s::jsonb -> c.id::text, '{{}}'::jsonb)"
        parameters["only"] = list(purpose.only.given)
        parameters["given"] = json.dumps({str(key): dict(given) for key, given in purpose.only.given.items()})
    return (
        _JUDGED.format(
            segment=segment,
            values=values,
            unsendable=unsendable_sql("p.vals"),
            gate=gate_of_many(),
            capped=CAPPED_JOIN_OF_SLICE,
            twice=TWICE.format(segment=segment),
            fare=purpose.fare,
            **_VERDICTS,
        ),
        parameters,
    )


def _parameters(purpose: Purpose, now: datetime) -> dict[str, Any]:
    translations = {translation.language: translation for translation in purpose.translations}
    reads = readers(translations)
    return {
        **gate_parameters(purpose.organisation, purpose.channel, purpose.category, now),
        **purpose.fare.parameters,
        "above": 0,
        "upto": _LAST,
        "organisation": purpose.organisation.pk,
        "reads": list(reads),
        "reads_translation": [translations[language].pk for language in reads.values()],
        "default_translation": translations[purpose.default_language].pk,
    }


_VERDICTS = {verdict.name.lower(): verdict.value for verdict in Verdict if verdict is not Verdict.CAPPED}

_INSERT = """
INSERT INTO messaging_audiencemember
       (audience_id, contact_id, verdict, address, address_kind, translation_id, "values", market, price)
"""
# One pass over the members: the gate's verdict, then duplicates, variables and the route, in the order of `Verdict`.
_JUDGED = """
WITH {fare.tables},
reads(language, translation) AS MATERIALIZED (SELECT * FROM unnest(%(reads)s::text[], %(reads_translation)s::uuid[])),
person AS MATERIALIZED (
    SELECT c.id, c.phone, c.bsuid, c.country, c.language, {values} AS vals, {gate} AS gate
      FROM messaging_contact c {capped}
     WHERE c.organisation_id = %(organisation)s AND c.id > %(above)s AND c.id <= %(upto)s AND ({segment})
),
{twice}
SELECT p.id AS contact,
       CASE WHEN p.gate <> {included} THEN p.gate
            WHEN p.id IN (SELECT id FROM twice) THEN {duplicate}
            WHEN {unsendable} THEN {missing_variable}
            WHEN {fare.is_closed} OR {fare.amount} IS NULL THEN {no_route}
            ELSE {included} END AS verdict,
       coalesce(p.phone, p.bsuid, '') AS address,
       CASE WHEN p.phone IS NOT NULL THEN 'phone' WHEN p.bsuid IS NOT NULL THEN 'bsuid' ELSE '' END AS kind,
       text_of.translation, p.vals, {fare.market} AS market, coalesce({fare.amount}, 0) AS price
  FROM person p
  LEFT JOIN reads exact ON exact.language = lower(replace(p.language, '-', '_'))
  LEFT JOIN reads base ON base.language = lower(split_part(replace(p.language, '-', '_'), '_', 1))
 CROSS JOIN LATERAL (
      SELECT coalesce(exact.translation, base.translation, %(default_translation)s) AS translation
  ) text_of
{fare.joins}
"""
