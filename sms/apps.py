from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SmsConfig(AppConfig):
    name = "sms"
    verbose_name = _("SMS")

    def ready(self) -> None:
        """Let the gateways register, and whoever the inbox and the engine ask about SMS."""
        from sms.gateways.gateway import discover

        discover()
        import_module("sms.inbox")
        import_module("sms.parts")
        import_module("sms.unplaced")
        import_module("sms.bodies")
        import_module("sms.merging")
        import_module("sms.compliance.windows")
