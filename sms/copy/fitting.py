"""Whether a copy fits: what it becomes for the people of a segment, what that costs, and what countries say to it."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, Refused, refuse_if_any
from approvals.registry import Call
from messaging.audiences.resolve import Purpose
from messaging.finding import find_own
from messaging.models import Channel, Segment, Template, TemplateTranslation, Verdict
from sms.campaigns.addresses import links_named, opt_out_named, reasons_against_sources, samples_of
from sms.compliance.checking import check_copy
from sms.copy.fit_contract import CostlyPart, CountryCost, FitAsk, FitContract, SizePart, TextFit, VariablePart
from sms.copy.people import Group, Longest, excluded_of, groups_of, longest_of
from sms.copy.suggestions import costly_characters, suggested
from sms.copy.templates import WHERE, reusable
from sms.copy.texts import fold_language, folded, reasons_against, reasons_against_variables, texts_of
from sms.copy.worst import bare, worst_of
from sms.fares import sms_fare
from sms.models import SenderId
from sms.routing import Route, routes_of
from sms.text import measure, split
from sms.text.counting import MOST_PARTS
from sms.text.filling import fill_shared, names_in

MOST_SHOWN = 20


def preview_fit(call: Call, ask: FitAsk) -> FitContract:
    """Measure the copy on real people. Raises Refused for what cannot be sent at all."""
    texts, default_language = _texts(call, ask)
    samples = _samples(call, ask)
    given = [*(one.name for one in ask.variables), *samples]
    variables_fit = reasons_against_variables(texts.values(), given, "variables")
    refuse_if_any([*reasons_against(texts, default_language), *variables_fit])
    segment = find_own(Segment, ask.segment_id, call.organisation, "segment_id", "sms_marketing.audiences.list")
    identity = find_own(SenderId, ask.sender_id, call.organisation, "sender_id", "sms_marketing.sender_ids.list")
    translations = {language: _unsaved(language, text) for language, text in texts.items()}
    routes = routes_of(identity, call.now.date())
    purpose = _purpose(call, ask, segment, list(translations.values()), default_language, routes, samples)
    groups = groups_of(purpose, call.now)
    longest = longest_of(purpose, call.now) if ask.variables else {}
    reached = [one for one in groups if one.verdict is Verdict.INCLUDED]
    return FitContract(
        segment_name=segment.name,
        sender_name=identity.value,
        category=ask.category,
        default_language=default_language,
        most_parts=ask.most_parts,
        targeted=sum(one.people for one in groups),
        excluded=excluded_of(groups),
        texts=[_fit(one, longest, reached, ask.most_parts, samples) for one in translations.values()],
        variables=[
            VariablePart(name=name, longest=one.any, longest_gsm=one.gsm, longest_ucs2=one.ucs2, missing=one.missing)
            for name, one in longest.items()
        ],
        countries=_costs(reached, routes, ask.most_parts),
        findings=check_copy(
            {language: fill_shared(text, samples) for language, text in texts.items()},
            identity,
            {one.country for one in reached} or identity.countries,
            ask.category,
        ),
    )  # fmt: skip


def _texts(call: Call, ask: FitAsk) -> tuple[dict[str, str], str]:
    """The texts by language and the default language, from the caller or from a template."""
    if (ask.template_id is None) is (not ask.texts):
        raise Refused(Reason("texts_or_template", _("Texts are measured, or those of a template: one of the two."),
                             _("Pass texts or template_id, and not both."), "texts"))  # fmt: skip
    if ask.template_id is None:
        return folded(ask.texts), fold_language(ask.default_language)
    template = find_own(Template, ask.template_id, call.organisation, "template_id", WHERE, **reusable())
    return texts_of(template), fold_language(ask.default_language or template.default_language)


def _samples(call: Call, ask: FitAsk) -> dict[str, str]:
    """What stands for the links while it is counted: as in campaigns, an address as long as everybody's will be."""
    refuse_if_any(reasons_against_sources(ask.variables, ask.short_link_ids, ask.opt_out_variable))
    links = links_named(ask.short_link_ids, call.organisation)
    return samples_of(links, opt_out_named(ask.opt_out_variable, call.organisation))


def _unsaved(language: str, text: str) -> TemplateTranslation:
    """A text as the audience's statement knows it; nothing is kept of it."""
    return TemplateTranslation(pk=uuid4(), language=language, definition={"text": text})


def _purpose(
    call: Call,
    ask: FitAsk,
    segment: Segment,
    translations: Sequence[TemplateTranslation],
    default_language: str,
    routes: Mapping[str, Route],
    samples: Mapping[str, str],
) -> Purpose:
    names = sorted({name for one in translations for name in names_in(one.definition["text"])} - samples.keys())
    return Purpose(
        organisation=call.organisation,
        segment=segment,
        channel=Channel.SMS,
        category=ask.category,
        translations=translations,
        default_language=default_language,
        variables=ask.variables,
        fare=sms_fare(translations, names, routes, MOST_PARTS, samples),
    )


def _fit(
    translation: TemplateTranslation,
    longest: Mapping[str, Longest],
    reached: Sequence[Group],
    most_parts: int,
    samples: Mapping[str, str],
) -> TextFit:
    text = str(translation.definition["text"])
    addressed, offered = fill_shared(text, samples), suggested(text)
    worst = worst_of(addressed, longest)
    people = _people_by_parts(translation.pk, reached)
    return TextFit(
        language=translation.language,
        text=text,
        bare=_size(bare(addressed)),
        worst=_size(worst),
        worst_parts=split(worst),
        costly=[
            CostlyPart(character=one.character, code_points=one.code_points, name=one.name, count=one.count,
                       replacement=one.replacement)
            for one in costly_characters(text)[:MOST_SHOWN]
        ],
        costly_variables=[name for name in names_in(text) if name in longest and longest[name].ucs2],
        suggestion=offered,
        suggestion_worst=_size(worst_of(fill_shared(offered, samples), longest)) if offered is not None else None,
        people_by_parts={str(parts): count for parts, count in sorted(people.items())},
        too_long_for=sum(count for parts, count in people.items() if parts > most_parts),
    )  # fmt: skip


def _size(text: str) -> SizePart:
    size = measure(text)
    return SizePart(encoding=size.encoding.value, units=size.units, parts=size.parts, left=size.left)


def _people_by_parts(translation: UUID, reached: Sequence[Group]) -> dict[int, int]:
    people: dict[int, int] = {}
    for one in reached:
        if one.translation == translation:
            people[one.parts] = people.get(one.parts, 0) + one.people
    return people


def _costs(reached: Sequence[Group], routes: Mapping[str, Route], most_parts: int) -> list[CountryCost]:
    """By country and parts, of those whose text is not too long."""
    counted: dict[tuple[str, int], int] = {}
    for one in reached:
        if one.parts <= most_parts:
            counted[one.country, one.parts] = counted.get((one.country, one.parts), 0) + one.people
    found = []
    for (country, parts), people in sorted(counted.items()):
        route = routes.get(country)
        found.append(
            CountryCost(
                country=country, parts=parts, people=people,
                price=route.amount if route is not None else None,
                cost=route.amount * parts * people if route is not None else None,
                currency=route.currency if route is not None else "",
            )
        )  # fmt: skip
    return found
