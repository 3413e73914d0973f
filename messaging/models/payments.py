"""How orders are paid: the organisation's account with a payment provider, links, and what the provider called back."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.secrets import SecretField
from approvals.models import ActionRequest
from messaging.models.commerce import Order
from messaging.models.sends import Send


class PaymentAccount(models.Model):
    """An account with a payment provider. The callback key stands in the address that the provider calls."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    provider = models.CharField(_("provider"), max_length=20, default="stripe")
    name = models.CharField(_("name"), max_length=80)
    key = SecretField(_("key"))
    signing_secret = SecretField(_("signing secret"))
    previous_signing_secret = SecretField(_("previous signing secret"), blank=True)
    callback_key = SecretField(_("callback key"))
    callback_key_hash = models.CharField(_("hash of the callback key"), max_length=64, unique=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("payment account")
        verbose_name_plural = _("payment accounts")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation",), name="one_payment_account", condition=models.Q(is_active=True)
            ),
        )

    def __str__(self) -> str:
        return self.name


class PaymentLink(models.Model):
    """One link to pay one order: for its amount alone, once, and for a short time. Its key is the idempotency key.

    The address is kept encrypted and put into the message in the moment it is handed over.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Being made")
        OPEN = "open", _("Open")
        PAID = "paid", _("Paid")
        EXPIRED = "expired", _("Expired")
        ENDING = "ending", _("Being cancelled")
        CANCELLED = "cancelled", _("Cancelled")
        REFUSED = "refused", _("Refused")
        UNSURE = "unsure", _("Unsure")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="links", verbose_name=_("order"))
    account = models.ForeignKey(
        PaymentAccount, on_delete=models.PROTECT, related_name="links", verbose_name=_("payment account")
    )
    request = models.OneToOneField(
        ActionRequest, on_delete=models.PROTECT, related_name="payment_link", verbose_name=_("approved as")
    )
    send = models.OneToOneField(
        Send, on_delete=models.PROTECT, null=True, blank=True, related_name="payment_link", verbose_name=_("send")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=3)
    currency = models.CharField(_("currency"), max_length=3)
    url = SecretField(_("address"), blank=True)
    provider_id = models.CharField(_("id at the provider"), max_length=255, blank=True)
    payment_id = models.CharField(_("payment at the provider"), max_length=255, blank=True)
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("expires at"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment link")
        verbose_name_plural = _("payment links")
        constraints = (
            models.UniqueConstraint(
                fields=("order",),
                name="one_payment_link",
                condition=models.Q(state__in=("asked", "open", "unsure")),
            ),
            models.UniqueConstraint(
                fields=("account", "provider_id"), name="payment_link_once", condition=~models.Q(provider_id="")
            ),
        )
        indexes = (
            models.Index(
                fields=("expires_at",),
                name="payment_links_tended",
                condition=models.Q(state__in=("asked", "open", "unsure", "ending")),
            ),
        )

    def __str__(self) -> str:
        return f"{_('payment link')} {str(self.pk)[:8]}"


class PaymentEvent(models.Model):
    """One signed call of a payment provider, which counts once. What it said is in the link and the order."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    account = models.ForeignKey(
        PaymentAccount, on_delete=models.PROTECT, related_name="events", verbose_name=_("payment account")
    )
    link = models.ForeignKey(
        PaymentLink,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("payment link"),
    )
    event_id = models.CharField(_("id at the provider"), max_length=255)
    kind = models.CharField(_("kind"), max_length=80)
    outcome = models.CharField(_("outcome"), max_length=20)
    at = models.DateTimeField(_("happened at"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("call of a payment provider")
        verbose_name_plural = _("calls of payment providers")
        constraints = (models.UniqueConstraint(fields=("account", "event_id"), name="payment_event_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
