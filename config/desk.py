"""How the desk (the Django admin on Unfold) looks: its names, its colours and its menu."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


def asset(name: str) -> Callable[[HttpRequest], str]:
    """The address of a static file, asked for when a page is made: the manifest is not there before."""
    return lambda request: static(f"desk/{name}")


# Title -> what stands under it: (title, icon, model, query).
MENU: tuple[tuple[Words, tuple[tuple[Words, str, str, str], ...]], ...] = (
    (
        "",
        (
            (_("Waits for me"), "approval_delegation", "approvals.actionrequest", "turn=me"),
            (_("All requests"), "inbox", "approvals.actionrequest", ""),
        ),
    ),
    (
        _("Answering"),
        (
            (_("Inbox"), "forum", "messaging.conversation", ""),
            (_("Orders"), "shopping_bag", "messaging.order", ""),
            (_("Flows"), "account_tree", "messaging.flow", ""),
            (_("Keyword rules"), "key", "messaging.keywordrule", ""),
            (_("Auto replies"), "quickreply", "messaging.autoreply", ""),
        ),
    ),
    (
        _("Sending"),
        (
            (_("Sends"), "campaign", "messaging.send", ""),
            (_("SMS campaigns"), "sms", "sms.campaign", ""),
            (_("Automations"), "bolt", "sms.automation", ""),
            (_("Messages"), "chat", "messaging.message", ""),
            (_("Sent again"), "replay", "messaging.replacement", ""),
            (_("Templates"), "description", "messaging.template", ""),
            (_("Reusable texts"), "text_snippet", "sms.textterms", ""),
            (_("Files"), "image", "messaging.mediaasset", ""),
            (_("Files from customers"), "attach_file", "messaging.mediafetch", ""),
            (_("Senders"), "smartphone", "messaging.sender", ""),
            (_("Sender IDs"), "badge", "sms.senderid", ""),
            (_("Short links"), "link", "sms.shortlink", ""),
            (_("Conversions"), "shopping_bag", "sms.conversion", ""),
            (_("Outside figures"), "monitoring", "sms.performancesnapshot", ""),
            (_("One-time passwords"), "password", "sms.otpchallenge", ""),
            (_("Texts of one-time passwords"), "sms", "sms.otptemplate", ""),
        ),
    ),
    (
        _("People we write to"),
        (
            (_("Contacts"), "contacts", "messaging.contact", ""),
            (_("Segments"), "group_work", "messaging.segment", ""),
            (_("Opt-outs"), "do_not_disturb_on", "messaging.suppression", ""),
            (_("Consent"), "handshake", "messaging.consentevidence", ""),
            (_("Imports"), "upload_file", "messaging.importbatch", ""),
            (_("Merge tasks"), "merge", "messaging.mergetask", ""),
        ),
    ),
    (
        _("Record"),
        (
            (_("Audit"), "verified_user", "audit.entry", ""),
            (_("Sealed segments"), "lock", "audit.segment", ""),
            (_("Notices to reviewers"), "mail", "sms.reviewnotice", ""),
            (_("Webhook log"), "webhook", "messaging.webhookevent", ""),
        ),
    ),
    (
        _("House rules"),
        (
            (_("Policies"), "gavel", "approvals.policy", ""),
            (_("Messaging rules"), "tune", "messaging.messagingrules", ""),
            (_("Rules for answers"), "rate_review", "messaging.replyrules", ""),
            (_("Teams"), "groups", "messaging.team", ""),
            (_("Queues"), "low_priority", "messaging.queue", ""),
            (_("Link domains"), "dns", "sms.linkdomain", ""),
            (_("Rules for short links"), "rule", "sms.linkrules", ""),
            (_("Rules for one-time passwords"), "pin", "sms.otprules", ""),
            (_("Prices"), "payments", "messaging.price", ""),
            (_("SMS gateways"), "cell_tower", "sms.smsgateway", ""),
            (_("Gateway prices"), "sell", "sms.gatewayprice", ""),
            (_("Registrations at gateways"), "how_to_reg", "sms.gatewayregistration", ""),
            (_("SMS quotas"), "savings", "sms.quota", ""),
            (_("Products"), "inventory_2", "messaging.product", ""),
            (_("Product sources"), "storefront", "messaging.productsource", ""),
            (_("Payment accounts"), "account_balance", "messaging.paymentaccount", ""),
            (_("WhatsApp accounts"), "hub", "messaging.whatsappaccount", ""),
            (_("People"), "badge", "accounts.person", ""),
            (_("Agents"), "smart_toy", "accounts.agent", ""),
            (_("Organisation"), "domain", "accounts.organisation", ""),
        ),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu as this person may use it, with the number of requests that wait for them."""
    start = {"title": _("Start"), "icon": "home", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = []
    for title, entries in MENU:
        items = list(_items(request, entries))
        groups.append({"title": title, "items": items, "separator": bool(title)})
    groups[0]["items"].insert(0, start)
    return [group for group in groups if group["items"]]


def _items(request: HttpRequest, entries: tuple[tuple[Words, str, str, str], ...]) -> Iterator[dict[str, Any]]:
    for title, icon, label, query in entries:
        link = _link(request, label)
        if link:
            item: dict[str, Any] = {"title": title, "icon": icon, "link": f"{link}?{query}" if query else link}
            item["active"] = _is_active(request, link, query)
            if query == "turn=me":
                item |= _badge(request)
            yield item


def _link(request: HttpRequest, label: str) -> str:
    """The list of this model, or nothing for somebody who may not see it."""
    from django.apps import apps
    from django.contrib import admin
    from django.contrib.admin.exceptions import NotRegistered

    try:
        model = apps.get_model(label)
        page = admin.site.get_model_admin(model)
        link = reverse(f"admin:{label.replace('.', '_')}_changelist")
    except (LookupError, NotRegistered, NoReverseMatch):
        return ""
    return link if page.has_view_permission(request) else ""


def _is_active(request: HttpRequest, link: str, query: str) -> bool:
    if not request.path.startswith(link):
        return False
    mine = request.GET.get("turn") == "me" and request.path == link
    return mine if query else not mine


def _badge(request: HttpRequest) -> dict[str, Any]:
    from approvals.admin.turn import waiting_for

    count = waiting_for(request.user, timezone.now()).count()  # type: ignore[arg-type]
    return {"badge": count, "badge_variant": "warning", "badge_style": "solid"} if count else {}


def own_links(request: HttpRequest) -> list[dict[str, Any]]:
    """What stands in the menu under one's own name."""
    return [{"title": _("My second factor"), "link": reverse("second_factor:mine")}]


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Countersign",
    "SITE_HEADER": "Countersign",
    "SITE_SUBHEADER": _("Nothing leaves without a countersignature"),
    "SITE_URL": None,
    "SITE_SYMBOL": "approval_delegation",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": asset("favicon.svg")}],
    "BORDER_RADIUS": "6px",
    "STYLES": [asset("desk.css"), asset("bubbles.css"), asset("plots.css")],
    "SCRIPTS": [asset("desk.js")],
    "DASHBOARD_CALLBACK": "messaging.admin.start_page.start_page",
    "LOGIN": {"form": "accounts.sign_in.SignInForm"},
    "ACCOUNT": {"navigation": "config.desk.own_links"},
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": "config.desk.navigation"},
    "COLORS": {
        "primary": {
            "50": "oklch(97.5% .013 200)",
            "100": "oklch(94.5% .027 202)",
            "200": "oklch(89% .048 204)",
            "300": "oklch(81% .073 207)",
            "400": "oklch(71% .095 211)",
            "500": "oklch(60% .103 216)",
            "600": "oklch(51% .094 220)",
            "700": "oklch(44% .08 222)",
            "800": "oklch(38.5% .066 224)",
            "900": "oklch(33.5% .054 226)",
            "950": "oklch(25% .042 228)",
        }
    },
}
