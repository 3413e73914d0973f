"""Keys of secrets at rest are rotated: a new one in front, everything written anew, the old one away."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import Authenticator
from accounts.rotation import rotate_secrets, secret_columns
from accounts.second_factor import enrolment
from messaging.models import WhatsAppAccount
from tests.factories import WhatsAppAccountFactory, mei_chan

pytestmark = pytest.mark.django_db

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def under_the_old_key(settings: Settings) -> None:
    settings.SECRETS_KEYS = [OLD]
    WhatsAppAccountFactory(access_token="EAAGtoken", app_secret="secret-1", verify_token="")
    enrolment.begin(mei_chan())


def test_after_rotating_the_old_key_is_needed_for_nothing(settings: Settings) -> None:
    secret = Authenticator.objects.get().secret
    settings.SECRETS_KEYS = [NEW, OLD]
    count = rotate_secrets()
    assert (count.rewritten, count.current, count.unreadable) == (3, 0, [])
    settings.SECRETS_KEYS = [NEW]
    account = WhatsAppAccount.objects.get()
    assert (account.access_token, account.app_secret, account.verify_token) == ("EAAGtoken", "secret-1", "")
    assert Authenticator.objects.get().secret == secret


def test_rotating_again_writes_nothing(settings: Settings) -> None:
    settings.SECRETS_KEYS = [NEW, OLD]
    rotate_secrets()
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_secret FROM messaging_whatsappaccount")
        before = cursor.fetchone()
        count = rotate_secrets()
        cursor.execute("SELECT app_secret FROM messaging_whatsappaccount")
        assert cursor.fetchone() == before
    assert (count.rewritten, count.current) == (0, 3)


def test_a_lost_key_is_told_by_place_and_the_rest_is_done(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.SECRETS_KEYS = [NEW]
    WhatsAppAccount.objects.update(app_secret="secret-2")
    with pytest.raises(CommandError, match="remove none"):
        call_command("rotate_secrets")
    said = capsys.readouterr()
    assert said.out == "0 rewritten, 1 already under the first key\n"
    places = sorted(line.rpartition(" of ")[0] for line in said.err.splitlines())
    assert places == [
        "cannot be read with any key: accounts.Authenticator.secret",
        "cannot be read with any key: messaging.WhatsAppAccount.access_token",
    ]


def test_every_column_of_ciphertext_is_known() -> None:
    assert {f"{model._meta.label}.{name}" for model, name in secret_columns()} >= {
        "accounts.Authenticator.secret",
        "messaging.WhatsAppAccount.access_token",
        "messaging.WhatsAppAccount.app_secret",
        "messaging.WhatsAppAccount.previous_app_secret",
        "messaging.WhatsAppAccount.verify_token",
    }
