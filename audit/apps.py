from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        from accounts.changes import keep_record
        from audit import checks  # noqa: F401 - importing it registers them
        from audit.record import record

        autodiscover_modules("audit_actions")
        keep_record(record)
