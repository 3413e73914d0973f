from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from messaging.carriers import discover


class MessagingConfig(AppConfig):
    name = "messaging"
    verbose_name = _("Messaging")

    def ready(self) -> None:
        discover()
        import_module("messaging.whatsapp.bodies")
        import_module("messaging.whatsapp.conversations.answering")
        import_module("messaging.whatsapp.commerce.following")
        import_module("messaging.whatsapp.automation.following")
        import_module("messaging.whatsapp.conversations.hiding")
