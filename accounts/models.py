"""Organisations, the people in them and the agents they own."""

import uuid
from collections.abc import Callable
from decimal import Decimal

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import AGENT_SCOPES, Role


class Organisation(models.Model):
    """A tenant: every other row belongs to exactly one."""

    class Edition(models.TextChoices):
        OSS = "oss", _("open source")
        PRO = "pro", _("everything")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("slug"), unique=True)
    timezone = models.CharField(_("time zone"), max_length=64, default="Asia/Hong_Kong")
    locale = models.CharField(_("locale"), max_length=16, default="en")
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    default_country = models.CharField(
        _("default country"), max_length=2, default="HK", help_text=_("How a phone number without a country is read.")
    )
    edition = models.CharField(
        _("edition"), max_length=8, choices=Edition.choices, default=Edition.PRO,
        help_text=_("Which of the flat Meta Business tools there are; an installation of one's own has all."),
    )  # fmt: skip
    sending_stopped_at = models.DateTimeField(
        _("sending stopped at"), null=True, blank=True, help_text=_("While set, nothing leaves for this organisation.")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name

    def has_edition(self, edition: str) -> bool:
        """Whether what belongs to this edition is a part of the organisation's own; nothing named belongs to all."""
        return edition in ("", self.Edition.OSS, self.edition)


class Person(AbstractUser):
    """Somebody who signs in. One organisation, one role; without an organisation nothing can be seen or decided."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("organisation"),
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.VIEWER)
    sessions_ended_at = models.DateTimeField(_("sessions ended at"), null=True, blank=True, editable=False)

    is_verified: Callable[[], bool]  # by a second factor, in this session; django-otp's middleware puts it there

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django keeps this in each session and ends those where it has changed: by a new password, as there, and by
        another role or organisation. The moment tells apart who was deactivated and activated again meanwhile."""
        standing = (self.password, self.role, self.organisation_id, self.is_superuser, self.sessions_ended_at)
        told = "/".join(str(fact) for fact in standing)
        return salted_hmac("accounts.Person.session", told, secret=secret, algorithm="sha256").hexdigest()


class Agent(models.Model):
    """Software that may propose. Its key is shown once and kept as a hash; what it spends counts against its owner."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="agents", verbose_name=_("organisation")
    )
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="agents", verbose_name=_("owner"))
    name = models.CharField(_("name"), max_length=100)
    key_prefix = models.CharField(_("key prefix"), max_length=16, unique=True, editable=False)
    key_hash = models.CharField(_("key hash"), max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("scopes"))
    toolset = models.CharField(
        _("toolset"), max_length=40, blank=True, help_text=_("Empty: every tool its scopes allow.")
    )
    people_per_day = models.PositiveIntegerField(_("people a day"), default=10_000)
    messages_per_day = models.PositiveIntegerField(_("messages a day"), default=10_000)
    money_per_day = models.DecimalField(_("money a day"), max_digits=12, decimal_places=2, default=Decimal("1000.00"))
    unapproved_people = models.PositiveIntegerField(
        _("the same to so many people"), default=20,
        help_text=_("So many people a day get the same template or text unapproved; after that a person decides."),
    )  # fmt: skip
    disabled_at = models.DateTimeField(_("disabled at"), null=True, blank=True, help_text=_("The kill switch."))
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        constraints = (
            models.CheckConstraint(
                name="agent_scopes_never_decide", condition=models.Q(scopes__contained_by=sorted(AGENT_SCOPES))
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        unknown = sorted(set(self.scopes) - AGENT_SCOPES)
        if unknown:
            allowed = ", ".join(sorted(AGENT_SCOPES))
            raise ValidationError({"scopes": _("Not scopes of an agent: %s. Use: %s") % (", ".join(unknown), allowed)})
        # A form that was sent without an owner says so itself; asking for one that is not there would break it.
        if hasattr(self, "owner") and self.owner.organisation_id != self.organisation_id:
            raise ValidationError({"owner": _("The owner belongs to another organisation.")})


class BudgetUse(models.Model):
    """What the agents of one owner have reserved on one day of the organisation's calendar."""

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", verbose_name=_("owner"))
    day = models.DateField(_("day"))
    people = models.PositiveIntegerField(pgettext_lazy("how many", "people"), default=0)
    messages = models.PositiveIntegerField(_("messages"), default=0)
    money = models.DecimalField(_("money"), max_digits=14, decimal_places=6, default=Decimal(0))

    class Meta:
        verbose_name = _("budget use")
        verbose_name_plural = _("budget use")
        constraints = (models.UniqueConstraint(fields=("owner", "day"), name="budget_use_once_a_day"),)

    def __str__(self) -> str:
        return f"{self.day}: {self.people}"


class SaidUse(models.Model):
    """To how many people the agents of one owner have said the same on one day without anybody's approval."""

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", verbose_name=_("owner"))
    day = models.DateField(_("day"))
    said = models.CharField(_("what was said"), max_length=64, help_text=_("A hash of the template or text."))
    people = models.PositiveIntegerField(pgettext_lazy("how many", "people"), default=0)

    class Meta:
        verbose_name = _("repeated message")
        verbose_name_plural = _("repeated messages")
        constraints = (models.UniqueConstraint(fields=("owner", "day", "said"), name="said_once_a_day"),)

    def __str__(self) -> str:
        return f"{self.day}: {self.people}"


from accounts.second_factor.devices import Authenticator, BackupCodes  # noqa: E402

__all__ = ["Agent", "Authenticator", "BackupCodes", "BudgetUse", "Organisation", "Person", "SaidUse"]
