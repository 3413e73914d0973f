"""Who opened a short link, as little of it as it takes to tell people from machines."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from messaging.models import Contact, Message, Send
from sms.models.links import ShortLink


class Visitor(models.IntegerChoices):
    HUMAN = 0, _("Person")
    SUSPECT = 1, _("Doubtful")
    BOT = 2, _("Machine")


class Click(models.Model):
    """One time that a short link was opened: who came is known by family of browser and a hash that changes daily."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("organisation"),
    )
    link = models.ForeignKey(
        ShortLink, on_delete=models.CASCADE, related_name="clicks", db_index=False, verbose_name=_("short link")
    )
    code = models.CharField(_("code"), max_length=12)
    send = models.ForeignKey(
        Send,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("send"),
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("contact")
    )
    message = models.ForeignKey(
        Message,
        on_delete=models.CASCADE,
        null=True,
        related_name="clicks",
        db_index=False,
        db_constraint=False,
        verbose_name=_("message"),
    )
    at = models.DateTimeField(_("at"))
    visitor = models.SmallIntegerField(_("visitor"), choices=Visitor.choices)
    reason = models.CharField(_("why it is not counted"), max_length=12, blank=True)
    network = models.CharField(_("hash of the network"), max_length=32, blank=True)
    browser = models.CharField(_("family of browser"), max_length=20, blank=True)
    device = models.CharField(_("device"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("click")
        verbose_name_plural = _("clicks")
        indexes = (
            models.Index(fields=("link", "at"), name="clicks_of_link"),
            models.Index(fields=("network", "link", "at"), name="clicks_of_network"),
        )

    def __str__(self) -> str:
        return f"{self.link_id} {self.get_visitor_display()}"
