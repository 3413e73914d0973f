"""SMS fares: the parts of the text as this person gets it, times what a part costs to their country."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from messaging.audiences.fares import Fare
from messaging.models import TemplateTranslation
from sms.routing import Route
from sms.text.filling import fill_shared

_TABLES = """
words(translation, body) AS MATERIALIZED (SELECT * FROM unnest(%(words_of)s::uuid[], %(words)s::text[])),
route(country, amount) AS MATERIALIZED (SELECT * FROM unnest(%(routed)s::text[], %(amounts)s::numeric[]))
"""
# OFFSET 0 keeps the count apart: without it PostgreSQL counts each text again wherever its parts are named. EXPLAIN
# ANALYZE over 100,000 people, in turns: with it 2.3 to 3.0 s (median 2.8), without 3.3 to 5.1 s (median 4.7).
_JOINS = """
  LEFT JOIN words ON words.translation = text_of.translation
  LEFT JOIN route ON route.country = p.country AND p.phone IS NOT NULL
 CROSS JOIN LATERAL (SELECT sms_parts({filled}) AS parts OFFSET 0) size
"""


def sms_fare(
    translations: Sequence[TemplateTranslation],
    names: Sequence[str],
    routes: Mapping[str, Route],
    most_parts: int,
    shared: Mapping[str, str] = MappingProxyType({}),
) -> Fare:
    """What these texts cost, filled with the variables called `names`; a text of more than `most_parts` has no way.

    `shared` is what is as long for everybody, like links: variable -> a sample of it.
    """
    parameters: dict[str, object] = {
        "words_of": [translation.pk for translation in translations],
        "words": [fill_shared(translation.definition["text"], shared) for translation in translations],
        "routed": list(routes),
        "amounts": [route.amount for route in routes.values()],
        "most_parts": most_parts,
    }
    filled = "words.body"
    for number, name in enumerate(names):
        parameters |= {f"place_{number}": "{{" + name + "}}", f"name_{number}": name}
        filled = f"replace({filled}, %(place_{number})s, coalesce(p.vals ->> %(name_{number})s, ''))"
    is_closed = "size.parts IS NULL OR size.parts > %(most_parts)s"
    return Fare(_TABLES, _JOINS.format(filled=filled), "p.country", "route.amount * size.parts", is_closed, parameters)
