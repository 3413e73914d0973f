from django.utils.translation import gettext_lazy as _

from audit.actions import action

EXPORTED = action("audit.exported", _("{actor} exported the audit record"))
