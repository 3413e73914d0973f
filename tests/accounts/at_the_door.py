"""Signing in as a browser does."""

import base64
import re

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP

from accounts.models import Authenticator, Person
from accounts.second_factor import enrolment
from tests.factories import PASSWORD

LOGIN, INDEX = "/desk/login/", "/desk/"
CODE, SET_UP, MINE = "/desk/second-factor/code/", "/desk/second-factor/set-up/", "/desk/second-factor/"


def sign_in(
    name: str, password: str = PASSWORD, *, client: Client | None = None, address: str = "203.0.113.7"
) -> Client:
    client = client or Client()
    client.post(LOGIN, {"username": name, "password": password, "next": INDEX}, REMOTE_ADDR=address)
    return client


def login_page_says(name: str, password: str, address: str = "203.0.113.7") -> str:
    """What the login page answers to these; its words alone."""
    answer = Client().post(LOGIN, {"username": name, "password": password, "next": INDEX}, REMOTE_ADDR=address)
    said = answer.content.decode() if answer.status_code == 200 else f"goes on to {answer['Location']}"
    return " ".join(re.sub(r"<[^>]+>|value=\S+", " ", said).replace(name, "").split())


def is_in(client: Client) -> bool:
    return client.get(reverse("admin:index")).status_code == 200


def code_of(app: Authenticator, *, minutes: float = 0) -> str:
    """What the app shows now, or showed and will show."""
    clock = TOTP(base64.b32decode(app.secret))
    clock.time = timezone.now().timestamp() + 60 * minutes
    return f"{clock.token():06d}"


def with_app(person: Person) -> tuple[Authenticator, list[str]]:
    """Somebody with an app in use since ten minutes ago, and their backup codes."""
    app = enrolment.begin(person)
    app.confirmed = True
    app.save()
    return app, enrolment.new_backup_codes(person)


def give_code(client: Client, code: str, next_: str = INDEX) -> HttpResponse:
    return client.post(CODE, {"code": code, "next": next_})  # type: ignore[return-value]
