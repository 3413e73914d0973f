"""From a marked message to the fragment that Meta gets."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from approvals.reasons import Refused
from messaging.engine.taken import Taken
from messaging.models import TemplateTranslation
from messaging.whatsapp.bodies import prepare
from tests.factories import TemplateFactory, TemplateTranslationFactory

pytestmark = pytest.mark.django_db


def taken(translation_id: UUID | None, **values: str) -> Taken:
    return Taken(
        attempt_id=uuid4(), message_id=1, send_id=uuid4(), contact_id=1, address="+85260000001", address_kind="phone",
        translation_id=translation_id, values=values, category="marketing", price=Decimal(0), priority=10, tries=0,
        per_second=80,
    )  # fmt: skip


def test_each_person_reads_their_own_language_and_name() -> None:
    template = TemplateFactory(name="spring_tea")
    english = TemplateTranslationFactory(template=template)
    chinese = TemplateTranslationFactory(
        template=template, language="zh_HK",
        definition={
            "name": "spring_tea", "language": "zh_HK", "category": "MARKETING",
            "body": {"text": "{{1}}你好,春茶到了。", "examples": {"1": "美"}},
        },
    )  # fmt: skip
    batch = [taken(english.pk, **{"1": "Ming"}), taken(chinese.pk, **{"1": "明"})]
    build = prepare(batch)
    assert [_read(build(one)) for one in batch] == [("spring_tea", "en", "Ming"), ("spring_tea", "zh_HK", "明")]


def _read(body: dict) -> tuple[str, str, str]:  # type: ignore[type-arg]
    template = body["template"]
    return template["name"], template["language"]["code"], template["components"][0]["parameters"][0]["text"]


def test_definitions_are_read_once_a_batch(django_assert_num_queries: object) -> None:
    translation = TemplateTranslationFactory()
    batch = [taken(translation.pk, **{"1": str(number)}) for number in range(5)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        build = prepare(batch)
        for one in batch:
            build(one)


def test_a_message_without_a_template_cannot_be_built_and_the_others_can() -> None:
    translation = TemplateTranslationFactory()
    whole, without, gone = taken(translation.pk, **{"1": "Ming"}), taken(None), taken(uuid4())
    build = prepare([whole, without, gone])
    assert build(whole)["type"] == "template"
    for one in (without, gone):
        with pytest.raises(LookupError, match="no template"):
            build(one)


def test_a_definition_that_cannot_be_read_fails_its_own_messages_alone() -> None:
    whole, broken = TemplateTranslationFactory(), TemplateTranslationFactory()
    TemplateTranslation.objects.filter(pk=broken.pk).update(definition={"name": "no body"})
    first, second = taken(whole.pk, **{"1": "Ming"}), taken(broken.pk, **{"1": "Ming"})
    build = prepare([first, second])
    assert build(first)["type"] == "template"
    with pytest.raises(ValueError, match="body"):
        build(second)


@pytest.mark.parametrize("value", ["", "two\nlines", "{{1}}"])
def test_a_value_that_meta_would_refuse_is_never_handed_over(value: str) -> None:
    translation = TemplateTranslationFactory()
    one = taken(translation.pk, **{"1": value})
    with pytest.raises(Refused):
        prepare([one])(one)
