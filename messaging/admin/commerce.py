"""What orders stand on: products, where they are known from, and the account that payments go to."""

from secrets import token_urlsafe
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError as Misfit
from unfold.decorators import display

from accounts.admin import OrganisationScoped
from messaging.admin.secret_boxes import SecretBoxes
from messaging.models import PaymentAccount, Product, ProductSource
from messaging.whatsapp.commerce.callbacks import hash_of_key
from messaging.whatsapp.commerce.sources.mapping import Mapping
from messaging.whatsapp.commerce.sources.rest import SourceSilent, address_of


@admin.register(Product)
class ProductAdmin(OrganisationScoped):
    """The house's own entries may be changed; what a source says is shown."""

    recorded_as = "product.changed"
    list_display = ("sku", "name", "price", "currency", "stock", "active", "source", "updated_at")
    list_filter = ("active", "source")
    search_fields = ("sku", "name")
    ordering = ("sku",)
    fields = ("sku", "name", ("price", "currency"), "stock", "active", "source", "updated_at")
    readonly_fields = ("source", "updated_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.source_id is None)

    def save_model(self, request: HttpRequest, obj: Product, form: "ModelForm[Any]", change: bool) -> None:
        obj.updated_at = timezone.now()
        super().save_model(request, obj, form, change)


class SourceForm(SecretBoxes):
    secrets = ("key",)
    key = forms.CharField(label=_("Key"), required=False, strip=True)

    class Meta:
        model = ProductSource
        fields = ("name", "url", "key", "mapping", "is_active")

    def clean_url(self) -> str:
        """An address that would be asked. Which hosts may be is a setting of the installation."""
        url: str = self.cleaned_data["url"]
        try:
            address_of(url, "sku")
        except SourceSilent as odd:
            raise ValidationError(str(odd)) from None
        return url

    def clean_mapping(self) -> Any:
        """Say what does not fit by its name."""
        try:
            Mapping.model_validate(self.cleaned_data["mapping"])
        except Misfit as wrong:
            told = wrong.errors(include_url=False, include_input=False, include_context=False)
            raise ValidationError(
                [f"{'.'.join(map(str, one['loc'])) or 'mapping'}: {one['msg']}" for one in told]
            ) from None
        return self.cleaned_data["mapping"]


@admin.register(ProductSource)
class ProductSourceAdmin(OrganisationScoped):
    recorded_as = "product_source.changed"
    form = SourceForm
    list_display = ("name", "url", "is_active")
    fields = ("name", "url", "key", "mapping", "is_active")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Somebody who may only look gets no box for the key: a read-only field would print it."""
        if self.has_change_permission(request, obj):
            return self.fields
        return ("name", "url", "mapping", "is_active")


class PaymentAccountForm(SecretBoxes):
    """A new signing secret keeps the old one for calls still on their way."""

    secrets = ("key", "signing_secret")
    kept_before: ClassVar[dict[str, str]] = {"signing_secret": "previous_signing_secret"}
    key = forms.CharField(label=_("Secret key"), required=False, strip=True)
    signing_secret = forms.CharField(label=_("Signing secret"), required=False, strip=True)

    class Meta:
        model = PaymentAccount
        fields = ("name", "key", "signing_secret", "is_active")


@admin.register(PaymentAccount)
class PaymentAccountAdmin(OrganisationScoped):
    recorded_as = "payment_account.changed"
    form = PaymentAccountForm
    list_display = ("name", "provider", "connected", "is_active")
    readonly_fields = ("provider", "connected")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Somebody who may only look gets no boxes for secrets: a read-only field would print them."""
        if self.has_change_permission(request, obj):
            return ("name", "provider", "key", "signing_secret", "is_active")
        return ("name", "provider", "connected", "is_active")

    def save_model(self, request: HttpRequest, obj: PaymentAccount, form: "ModelForm[Any]", change: bool) -> None:
        if not change:
            obj.callback_key = token_urlsafe(32)
            obj.callback_key_hash = hash_of_key(obj.callback_key)
        super().save_model(request, obj, form, change)
        if not change:
            address = f"{settings.PUBLIC_URL.rstrip('/')}/payments/{obj.provider}/{obj.callback_key}"
            told = _("Enter this address at the provider for its events; it is not shown again: %s") % address
            messages.warning(request, told)

    @display(description=_("connected"), boolean=True)
    def connected(self, account: PaymentAccount) -> bool:
        return bool(account.key and account.signing_secret)
