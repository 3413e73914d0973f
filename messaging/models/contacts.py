"""People we may write to, and every address we know them by."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from messaging.models.hanging import ON_DELETE, ON_INSERT, ON_MOVE, ON_RENUMBERING


class IdentityKind(models.TextChoices):
    PHONE = "phone", _("Phone number")
    WA_ID = "wa_id", _("WhatsApp id")
    BSUID = "bsuid", _("Business-scoped user id")
    PARENT_BSUID = "parent_bsuid", _("Parent business-scoped user id")


class Contact(models.Model):
    """One person. `phone` and `bsuid` are the addresses we send to; `Identity` holds all that we recognise them by."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(_("contact id"), default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    phone = models.CharField(_("phone"), max_length=16, null=True, blank=True, help_text=_("E.164, with +."))  # noqa: DJ001
    bsuid = models.CharField(_("business-scoped user id"), max_length=160, null=True, blank=True)  # noqa: DJ001
    name = models.CharField(_("name"), max_length=200, blank=True)
    username = models.CharField(
        _("WhatsApp username"), max_length=64, blank=True, default="", db_default="",
        help_text=_("As it was last told. People change it and others take it up: nobody is known by it."),
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=16, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("tags"))
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    crm_id = models.CharField(_("CRM id"), max_length=120, blank=True)
    import_batch = models.ForeignKey(
        "messaging.ImportBatch",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("import"),
    )
    invalid_at = models.DateTimeField(_("found invalid at"), null=True, blank=True)
    last_inbound_at = models.DateTimeField(_("last wrote to us"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), db_default=models.functions.Now())
    updated_at = models.DateTimeField(_("updated at"), db_default=models.functions.Now())

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "phone"), name="contact_phone_once"),
            models.UniqueConstraint(
                fields=("organisation", "bsuid"), name="contact_bsuid_once", condition=models.Q(bsuid__isnull=False)
            ),
        )
        indexes = (GinIndex(fields=("tags",), name="contact_tags"),)
        triggers = (ON_DELETE, ON_RENUMBERING)

    def __str__(self) -> str:
        return f"{_('contact')} {str(self.key)[:8]}"


class Identity(models.Model):
    """One address of one person. The same value never belongs to two people of an organisation."""

    id = models.BigAutoField(primary_key=True)
    # No index: others begin with it. That contact and organisation belong together is checked by `hanging` (ADR 0011).
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("organisation"),
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.CASCADE,
        related_name="identities",
        db_constraint=False,
        verbose_name=_("contact"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=IdentityKind.choices)
    value = models.CharField(_("value"), max_length=160)
    first_seen_at = models.DateTimeField(_("first seen"), db_default=models.functions.Now())

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "kind", "value"), name="identity_of_one_person"),
        )
        triggers = (ON_INSERT, ON_MOVE)

    def __str__(self) -> str:
        return self.get_kind_display()


class MergeTask(models.Model):
    """Two contacts that look like one person: a person merges them, software never does. An opt-out of one counts for
    both.
    """

    class Outcome(models.TextChoices):
        MERGED = "merged", _("One person")
        APART = "apart", _("Two people")

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    first = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", verbose_name=_("contact"))
    second = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", verbose_name=_("other contact"))
    evidence = models.CharField(_("evidence"), max_length=200)
    found_at = models.DateTimeField(_("found at"))
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=6, choices=Outcome.choices, blank=True, db_default="")

    class Meta:
        verbose_name = _("merge task")
        verbose_name_plural = _("merge tasks")
        constraints = (
            models.UniqueConstraint(
                fields=("first", "second"), name="one_open_merge_task", condition=models.Q(settled_at=None)
            ),
        )

    def __str__(self) -> str:
        return f"{self.first} = {self.second}?"
