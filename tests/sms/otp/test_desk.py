"""Texts with codes at the desk: linted when they are kept, and approved by somebody else than their author."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import Person
from audit.models import Entry
from sms.models import OtpRules, OtpTemplate
from sms.otp.wording import is_approved
from tests.factories import ada_wong, ken_ho, mei_chan, sam_lee
from tests.sms.otp.tea_codes import TEXT
from tests.sms.tea_texts import TeaTexts

TEXTS, RULES = "/desk/sms/otptemplate", "/desk/sms/otprules"


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def form(tea: TeaTexts, **changed: Any) -> dict[str, Any]:
    said = {"name": "Sign in", "purpose": "login", "identity": str(tea.identity.pk), "texts": json.dumps({"en": TEXT}),
            "default_language": "en", "host": "", "lifetime_seconds": "300"}  # fmt: skip
    return {**said, **changed}


@pytest.fixture
def tea() -> TeaTexts:
    return TeaTexts()


def written(tea: TeaTexts, person: Person, **changed: Any) -> int:
    return signed_in(person).post(f"{TEXTS}/add/", form(tea, **changed)).status_code


def saved(tea: TeaTexts, person: Person, **changed: Any) -> int:
    page = f"{TEXTS}/{OtpTemplate.objects.get().pk}/change/"
    return signed_in(person).post(page, form(tea, **changed)).status_code


@pytest.mark.django_db
def test_an_author_writes_and_somebody_else_approves(tea: TeaTexts) -> None:
    assert written(tea, ada_wong()) == 302
    template = OtpTemplate.objects.get()
    assert (template.written_by, is_approved(template)) == (ada_wong(), False)
    assert saved(tea, ada_wong(), approve="on") == 200
    assert saved(tea, mei_chan(), approve="on") == 302
    template = OtpTemplate.objects.get()
    assert (template.approved_by, is_approved(template)) == (mei_chan(), True)
    told = Entry.objects.filter(subject_id=str(template.pk)).order_by("pk").values_list("action", flat=True)
    assert list(told) == ["sms.otp_template_changed", "sms.otp_template_approved"]
    assert signed_in(ken_ho()).get(f"{TEXTS}/{template.pk}/change/").status_code == 200
    assert signed_in(ken_ho()).get(f"{TEXTS}/").status_code == 200


@pytest.mark.django_db
def test_an_edit_takes_the_approval_away_and_cannot_be_approved_in_one_go(tea: TeaTexts) -> None:
    written(tea, ada_wong())
    saved(tea, mei_chan(), approve="on")
    other = json.dumps({"en": "Harbour Tea: {{code}}"})
    assert saved(tea, mei_chan(), texts=other, approve="on") == 200
    assert is_approved(OtpTemplate.objects.get())
    assert saved(tea, mei_chan(), texts=other) == 302
    template = OtpTemplate.objects.get()
    assert (template.written_by, template.approved_by, is_approved(template)) == (mei_chan(), None, False)


@pytest.mark.django_db
def test_who_read_an_older_text_approves_nothing(tea: TeaTexts) -> None:
    written(tea, ada_wong())
    saved(tea, ada_wong(), texts=json.dumps({"en": "Pay with {{code}}"}))
    assert saved(tea, mei_chan(), approve="on") == 200
    assert not is_approved(OtpTemplate.objects.get())


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["Your code is {{code}}: https://tea.hk", "20% off! {{code}}", "No code"])
def test_a_text_that_sells_leads_or_has_no_code_is_not_kept(tea: TeaTexts, text: str) -> None:
    assert written(tea, ada_wong(), texts=json.dumps({"en": text})) == 200
    assert OtpTemplate.objects.count() == 0


@pytest.mark.django_db
def test_a_marketer_writes_no_texts_and_an_administrator_sets_the_limits(tea: TeaTexts) -> None:
    assert written(tea, sam_lee()) == 403
    fields = [field for field in OtpRules._meta.fields if field.name not in ("organisation", "countries")]
    limits = {field.name: str(field.default) for field in fields} | {"countries": "HK,MO", "number_a_day": "5"}
    assert signed_in(mei_chan()).post(f"{RULES}/add/", limits).status_code == 403
    assert signed_in(ada_wong()).post(f"{RULES}/add/", limits).status_code == 302
    rules = OtpRules.objects.get()
    assert (rules.countries, rules.number_a_day) == (["HK", "MO"], 5)
    assert signed_in(ada_wong()).get(f"{RULES}/{rules.pk}/change/").status_code == 200
