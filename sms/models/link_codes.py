"""What stands after the slash of a short link, and what opens the page to opt out."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from messaging.models import Contact, Send
from sms.models.links import ShortLink


class LinkCode(models.Model):
    """What stands after the slash. A link of a campaign has one, a link a person has one for each person of a send."""

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    # No index and no check of its own: it is the link's.
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("organisation"),
    )
    link = models.ForeignKey(
        ShortLink, on_delete=models.CASCADE, related_name="codes", db_index=False, verbose_name=_("short link")
    )
    send = models.ForeignKey(
        Send, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("send")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("contact")
    )
    tracked = models.BooleanField(_("clicks are counted"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("link code")
        verbose_name_plural = _("link codes")
        constraints = (
            models.UniqueConstraint(fields=("link", "send", "contact"), name="one_code_a_person"),
            models.UniqueConstraint(
                fields=("link",), name="one_code_of_a_campaign", condition=models.Q(contact__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.link_id}"


class UnsubscribeToken(models.Model):
    """The right to opt one person out, in every text they get. It never expires: laws ask for thirty days at least."""

    token = models.CharField(_("token"), max_length=12, primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    contact = models.OneToOneField(
        Contact, on_delete=models.CASCADE, related_name="unsubscribe_token", verbose_name=_("contact")
    )
    made_at = models.DateTimeField(_("made at"))
    used_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("unsubscribe token")
        verbose_name_plural = _("unsubscribe tokens")

    def __str__(self) -> str:
        return f"{self.contact_id}"
