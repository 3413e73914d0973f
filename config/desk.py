"""How the desk (the Django admin on Unfold) looks: its names and its menu."""

from typing import Any

from django.utils.translation import gettext_lazy as _

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Countersign",
    "SITE_HEADER": "Countersign",
    "SITE_SUBHEADER": _("Nothing leaves without a countersignature"),
    "SITE_URL": None,
    "SITE_SYMBOL": "approval_delegation",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": []},
}
