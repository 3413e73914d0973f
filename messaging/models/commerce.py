"""What customers order in a conversation: products and where they are known from, orders and their lines."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from accounts.models import Organisation
from accounts.secrets import SecretField
from approvals.models import ActionRequest
from messaging.models.contacts import Contact
from messaging.models.conversations import Conversation


class ProductSource(models.Model):
    """A shop's own system that knows products, asked over REST. `{sku}` in the address becomes the product's number.

    `mapping` says where in an answer what stands: messaging.whatsapp.commerce.sources.mapping.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(
        _("address"), max_length=500, help_text=_("With {sku}; its host must be in PRODUCT_SOURCE_HOSTS.")
    )
    key = SecretField(_("key"), blank=True, help_text=_("Sent as a bearer token; kept encrypted."))
    mapping = models.JSONField(_("mapping"), default=dict)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("product source")
        verbose_name_plural = _("product sources")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation",), name="one_product_source", condition=models.Q(is_active=True)
            ),
        )

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """Something that can be ordered. Without a source it is the organisation's own entry and may be edited here; with
    one it is what the source said at `updated_at`. `stock` None is not counted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    source = models.ForeignKey(
        ProductSource,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("source"),
    )
    sku = models.CharField(_("product number"), max_length=80)
    name = models.CharField(_("name"), max_length=200)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=3)
    currency = models.CharField(_("currency"), max_length=3)
    stock = models.PositiveIntegerField(_("stock"), null=True, blank=True)
    active = models.BooleanField(_("active"), default=True)
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "sku"), name="product_once"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="product_price_is_no_debt"),
        )

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"


class OrderState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    CONFIRMED = "confirmed", _("Confirmed")
    PAYMENT_SENT = "payment_sent", _("Payment link sent")
    PAID = "paid", _("Paid")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    REFUNDED = "refunded", _("Refunded")


class Order(models.Model):
    """What one person ordered in one conversation. Only `messaging.whatsapp.commerce.orders.move_order` moves it.

    Late news of the provider counts: a payment that was made in time and is told after the link was over still pays.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="orders", verbose_name=_("conversation")
    )
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="orders", verbose_name=_("contact"))
    request = models.OneToOneField(
        ActionRequest,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="order",
        verbose_name=_("approved as"),
    )
    state = FSMField(_("state"), default=OrderState.DRAFT, choices=OrderState.choices, protected=True)
    currency = models.CharField(_("currency"), max_length=3)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=3)
    note = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"))
    pay_by = models.DateTimeField(_("to be paid by"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = (
            models.Index(fields=("organisation", "-created_at"), name="orders_listed"),
            models.Index(fields=("pay_by",), name="orders_unpaid", condition=models.Q(state="confirmed")),
        )

    def __str__(self) -> str:
        return f"{_('order')} {self.reference}"

    @property
    def reference(self) -> str:
        """What people call the order by; the customer reads it too."""
        return str(self.pk)[:8].upper()

    @transition(field=state, source=OrderState.DRAFT, target=OrderState.CONFIRMED)
    def confirm(self, now: datetime) -> None: ...

    @transition(field=state, source=OrderState.CONFIRMED, target=OrderState.PAYMENT_SENT)
    def ask_payment(self, now: datetime) -> None: ...

    @transition(field=state, source=OrderState.PAYMENT_SENT, target=OrderState.CONFIRMED)
    def lapse(self, now: datetime) -> None:
        """The link was over unpaid; another one may be sent until `pay_by`."""

    @transition(
        field=state,
        source=(OrderState.CONFIRMED, OrderState.PAYMENT_SENT, OrderState.EXPIRED),
        target=OrderState.PAID,
    )
    def pay(self, now: datetime) -> None:
        self.paid_at, self.ended_at = now, None

    @transition(
        field=state,
        source=(OrderState.DRAFT, OrderState.CONFIRMED, OrderState.PAYMENT_SENT),
        target=OrderState.CANCELLED,
    )
    def cancel(self, now: datetime) -> None:
        self.ended_at = now

    @transition(field=state, source=(OrderState.DRAFT, OrderState.CONFIRMED), target=OrderState.EXPIRED)
    def expire(self, now: datetime) -> None:
        self.ended_at = now

    @transition(
        field=state,
        source=(OrderState.PAID, OrderState.PAYMENT_SENT, OrderState.CONFIRMED, OrderState.EXPIRED),
        target=OrderState.REFUNDED,
    )
    def refund(self, now: datetime) -> None:
        """Also of what is not known to be paid: callbacks come in any order, and what was given back was paid."""
        self.ended_at = now


class OrderLine(models.Model):
    """A product as it was when it was ordered."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines", verbose_name=_("order"))
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("product"))
    sku = models.CharField(_("product number"), max_length=80)
    name = models.CharField(_("name"), max_length=200)
    unit_price = models.DecimalField(_("price"), max_digits=14, decimal_places=3)
    quantity = models.PositiveIntegerField(_("quantity"))
    source_name = models.CharField(_("source"), max_length=80)
    seen_at = models.DateTimeField(_("price and stock of"))

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = (models.UniqueConstraint(fields=("order", "sku"), name="order_line_once"),)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"

    @property
    def amount(self) -> Decimal:
        return self.unit_price * self.quantity
