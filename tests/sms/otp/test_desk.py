"""Texts with codes at the desk: linted when they are kept, and approved by somebody else than their author."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from audit.models import Entry
from sms.admin.otp_codes import in_words
from sms.models import OtpChallenge, OtpRules, OtpTemplate
from sms.otp.pumping import Stopped
from sms.otp.wording import is_approved
from tests.factories import ada_wong, ken_ho, mei_chan, sam_lee
from tests.sms.otp.tea_codes import TEXT, asked, request_of, sent, sign_in_text
from tests.sms.tea_texts import TeaTexts

TEXTS, RULES, CODES = "/desk/sms/otptemplate", "/desk/sms/otprules", "/desk/sms/otpchallenge"


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


@pytest.mark.django_db
def test_whoever_decides_reads_the_text_as_the_phone_will_show_it_but_for_the_code(tea: TeaTexts) -> None:
    template = sign_in_text(tea, texts={"en": TEXT, "zh_hk": "海港茶：驗證碼 {{code}}"})
    request = request_of(asked(template, transaction="basket-7"))
    page = signed_in(mei_chan()).get(f"/desk/approvals/actionrequest/{request.pk}/change/").content.decode()
    assert "your code is <u>______</u>, valid 5 minutes. Tell nobody." in page
    assert "1 part (GSM-7, 63 characters, 97 left)" in page
    for told in ("basket-7", "en, zh_hk", "#HARBOUR", "+85261234567", "To this number in ten minutes"):
        assert told in page, told
    assert OtpChallenge.objects.count() == 0
    masked = signed_in(sam_lee()).get(f"/desk/approvals/actionrequest/{request.pk}/change/").content.decode()
    assert "61234567" not in masked.replace(" ", "")


@pytest.mark.django_db
def test_whoever_approves_a_text_reads_each_language_on_the_phone_and_the_limits(tea: TeaTexts) -> None:
    template = sign_in_text(tea, texts={"en": TEXT, "zh_hk": "海港茶：驗證碼 {{code}}"})
    for person in (mei_chan(), ken_ho()):
        page = signed_in(person).get(f"{TEXTS}/{template.pk}/change/").content.decode()
        assert "your code is <u>______</u>, valid 5 minutes." in page
        assert "海港茶：驗證碼 <u>______</u>" in page
        assert "3 in ten minutes, 10 in a day" in page
        assert ">HK<" in page


@pytest.mark.django_db
def test_the_list_of_codes_tells_what_became_of_them_and_neither_code_nor_number(tea: TeaTexts) -> None:
    template = sign_in_text(tea)
    challenge = sent(template)
    OtpChallenge.objects.filter(pk=challenge.pk).update(expires_at=timezone.now() + timedelta(minutes=5))
    client = signed_in(ken_ho())
    pages = [client.get(path).content.decode() for path in (f"{CODES}/", f"{CODES}/{challenge.pk}/change/")]
    for page in pages:
        assert "may be entered" in page
        for secret in (challenge.code, challenge.proof, challenge.number_key, challenge.address_key, "61234567"):
            assert str(secret) not in page
    OtpChallenge.objects.update(consumed_at=timezone.now())
    assert "entered</span>" in client.get(f"{CODES}/").content.decode()
    assert client.post(f"{CODES}/{challenge.pk}/change/", {"attempts": "0"}).status_code == 403


@pytest.mark.django_db
def test_above_the_list_stands_what_is_stopped() -> None:
    told = in_words([Stopped("8526123", 20, 1)])
    assert told == ["No codes go to 8526123: of 20 in the last day, 1 were entered."]
