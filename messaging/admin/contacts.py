"""Contacts: who they are, what they agreed to, what they were sent. Numbers and names are masked for most roles."""

from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from accounts.admin import ReadOnlyInline, sees_personal_data
from messaging.admin.masked import MaskedInline, MaskedPage, shown
from messaging.admin.moments import moment
from messaging.admin.opt_out_dialog import RecordsOptOuts
from messaging.contacts.last_written import with_last_outbound
from messaging.models import ConsentEvidence, ConsentState, Contact, Identity, InboundMessage, Message, Suppression
from messaging.phones import BadPhone, normalise


class OptedOutFilter(DropdownFilter):
    title = _("opt-out")
    parameter_name = "opted_out"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Opted out")), ("no", _("Not opted out"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        if not self.value():
            return queryset
        is_out = Q(opted_out=True)  # annotated in `ContactAdmin.get_queryset`
        return queryset.filter(is_out if self.value() == "yes" else ~is_out)


class IdentityInline(MaskedInline):
    model = Identity
    fields = readonly_fields = ("kind", "address", "first_seen_at")
    tab = True

    @display(description=_("value"))
    def address(self, identity: Identity) -> str:
        return shown(identity, identity.value, "phone" if identity.kind in ("phone", "wa_id") else "identifier")


class ConsentStateInline(ReadOnlyInline):
    model = ConsentState
    fields = readonly_fields = ("channel", "category", "state", "since", "source")
    tab = True


class ConsentEvidenceInline(ReadOnlyInline):
    model = ConsentEvidence
    fields = readonly_fields = (
        "occurred_at", "channel", "category", "act", "source", "customers_own_act", "recorded_at",
    )  # fmt: skip
    ordering = ("-occurred_at",)
    tab = True


class SuppressionInline(ReadOnlyInline):
    model = Suppression
    fields = readonly_fields = ("reason", "channel", "category", "source", "at", "lifted_at")
    ordering = ("-at",)
    tab = True


class MessageInline(ReadOnlyInline):
    model = Message
    fields = readonly_fields = ("send", "category", "status", "error_code", "queued_at", "delivered_at", "read_at")
    ordering = ("-id",)
    tab = True


class InboundInline(MaskedInline):
    """What a customer wrote. Shown as text, whatever it says."""

    model = InboundMessage
    fields = readonly_fields = ("at", "kind", "words", "intent")
    ordering = ("-at",)
    verbose_name_plural = _("What they wrote")
    tab = True

    @display(description=_("text"))
    def words(self, inbound: InboundMessage) -> str:
        return shown(inbound, inbound.text, "text")


@admin.register(Contact)
class ContactAdmin(RecordsOptOuts, MaskedPage):
    list_display = ("who", "language", "country", "shown_tags", "shown_state", "last_inbound_at", "last_outbound_at")
    list_filter = (OptedOutFilter,)
    list_filter_submit = True
    search_fields = ("key",)
    search_help_text = _("A whole phone number in any spelling, a contact id, a CRM id or a business-scoped user id")
    ordering = ("-id",)
    sortable_by = ()
    paginator = InfinitePaginator
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "shown_state",
                    ("shown_name", "shown_phone"),
                    "shown_username",
                    ("key", "shown_crm_id"),
                    ("language", "country"),
                )
            },
        ),
        (_("What we know"), {"fields": ("shown_tags", "attributes_shown", "import_batch")}),
        (_("Dates"), {"fields": (("last_inbound_at", "last_outbound_at"), ("invalid_at", "created_at"))}),
    )
    inlines = (
        SuppressionInline, ConsentStateInline, ConsentEvidenceInline, IdentityInline, MessageInline, InboundInline,
    )  # fmt: skip
    actions_detail = ("record_opt_out",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        standing = Suppression.objects.filter(contact=OuterRef("pk"), lifted_at=None)
        contacts = with_last_outbound(super().get_queryset(request))
        return contacts.annotate(opted_out=Exists(standing, output_field=BooleanField()))

    @display(description=_("last written to"))
    def last_outbound_at(self, contact: Contact) -> str:
        return moment(contact.last_outbound_at)  # type: ignore[attr-defined]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contact], search_term: str
    ) -> tuple[QuerySet[Contact], bool]:
        """Exactly one person, or nobody: half a number finds nothing, so that a list cannot be walked through."""
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = Q(crm_id=term)
        if len(term) == 36 and term.count("-") == 4:
            wanted |= Q(key__in=_uuids(term))
        if sees_personal_data(request):
            wanted |= Q(pk__in=known_as(term, request).values("contact_id"))
        return queryset.filter(wanted), False

    @display(description=_("contact"))
    def who(self, contact: Contact) -> SafeString:
        return format_html(
            '<span class="cs-two"><strong>{}</strong><small>{}</small></span>',
            shown(contact, contact.name, "name"),
            shown(contact, contact.phone, "phone") if contact.phone else shown(contact, contact.bsuid, "identifier"),
        )

    @display(description=_("name"))
    def shown_name(self, contact: Contact) -> str:
        return shown(contact, contact.name, "name")

    @display(description=_("WhatsApp username"))
    def shown_username(self, contact: Contact) -> str:
        return shown(contact, contact.username, "name")

    @display(description=_("phone"))
    def shown_phone(self, contact: Contact) -> str:
        return shown(contact, contact.phone, "phone")

    @display(description=_("CRM id"))
    def shown_crm_id(self, contact: Contact) -> str:
        return shown(contact, contact.crm_id, "identifier")

    @display(description=_("attributes"))
    def attributes_shown(self, contact: Contact) -> str:
        pairs = [f"{name}: {shown(contact, str(value), 'text')}" for name, value in contact.attributes.items()]
        return ", ".join(pairs) or "–"

    @display(description=_("tags"))
    def shown_tags(self, contact: Contact) -> str:
        return ", ".join(contact.tags) or "–"

    @display(description=_("state"))
    def shown_state(self, contact: Any) -> SafeString:
        """Drawn here: Unfold's own labels are drawn in lists alone."""
        if contact.opted_out:
            colour, words = "danger", _("Opted out")
        elif contact.invalid_at:
            colour, words = "warning", _("Number is not valid")
        else:
            colour, words = "success", _("No opt-out")
        return format_html('<span class="cs-label cs-label-{}">{}</span>', colour, words)


def known_as(term: str, request: HttpRequest) -> QuerySet[Identity]:
    """The identities that this text spells out in full."""
    organisation = request.user.organisation  # type: ignore[union-attr]
    values = [term]
    try:
        phone = normalise(term, organisation.default_country if organisation else "").e164
        values += [phone, phone.removeprefix("+")]
    except BadPhone:
        pass
    return Identity.objects.filter(organisation=organisation, value__in=values)


def _uuids(term: str) -> list[str]:
    from uuid import UUID

    try:
        return [str(UUID(term))]
    except ValueError:
        return []
