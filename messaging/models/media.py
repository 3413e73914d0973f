"""Files: what we send along with messages, what customers sent us, and what Meta keeps of ours for a while."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from messaging.models.conversations import Conversation
from messaging.models.inbox import InboundMessage
from messaging.models.senders import Sender


class MediaAsset(models.Model):
    """One file, as it may be sent or as a customer sent it. Its bytes lie in the storage "media", under `path`.

    `sha256` and `size` (in bytes) are of what is kept, `source_sha256` of what was handed in: images are encoded anew.
    A file of a conversation may be used and seen there alone. What is quarantined is not kept: its path is empty.
    """

    class Kind(models.TextChoices):
        IMAGE = "image", _("Image")
        VIDEO = "video", _("Video")
        AUDIO = "audio", _("Audio")
        DOCUMENT = "document", _("Document")
        STICKER = "sticker", _("Sticker")

    class Origin(models.TextChoices):
        UPLOAD = "upload", _("Uploaded")
        INBOUND = "inbound", _("Sent by a customer")

    class State(models.TextChoices):
        WAITING = "waiting", _("Not approved yet")
        APPROVED = "approved", _("May be used")
        REJECTED = "rejected", _("May not be used")
        RECEIVED = "received", _("Received")
        QUARANTINED = "quarantined", _("Quarantined")

    class Scan(models.TextChoices):
        CLEAN = "clean", _("Clean")
        UNSCANNED = "unscanned", _("Not scanned")
        INFECTED = "infected", _("Infected")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=120)
    file_name = models.CharField(_("file name"), max_length=255)
    content_type = models.CharField(_("content type"), max_length=100)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    source_sha256 = models.CharField(_("SHA-256 as handed in"), max_length=64)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    origin = models.CharField(_("origin"), max_length=8, choices=Origin.choices, default=Origin.UPLOAD)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.WAITING)
    scan = models.CharField(_("virus scan"), max_length=10, choices=Scan.choices, default=Scan.UNSCANNED)
    problem = models.CharField(_("what is wrong with it"), max_length=300, blank=True)
    uploaded_by = models.CharField(_("uploaded by"), max_length=120, blank=True)
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="media",
        verbose_name=_("conversation"),
    )
    inbound = models.OneToOneField(
        InboundMessage,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="asset",
        verbose_name=_("inbound message"),
    )
    path = models.CharField(_("path"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "source_sha256", "content_type"),
                name="file_uploaded_once",
                condition=models.Q(origin="upload", conversation=None),
            ),
            models.UniqueConstraint(
                fields=("conversation", "source_sha256", "content_type"),
                name="file_of_conversation_once",
                condition=models.Q(origin="upload", conversation__isnull=False),
            ),
        )
        indexes = (models.Index(fields=("organisation", "-made_at"), name="files_listed"),)

    def __str__(self) -> str:
        return self.name


class MediaUpload(models.Model):
    """A file as one sender uploaded it to Meta. Its id can be sent until `expires_at`."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    asset = models.ForeignKey(MediaAsset, on_delete=models.CASCADE, related_name="uploads", verbose_name=_("file"))
    sender = models.ForeignKey(
        Sender, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("sender")
    )
    media_id = models.CharField(_("id at Meta"), max_length=255)
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("upload to Meta")
        verbose_name_plural = _("uploads to Meta")

    def __str__(self) -> str:
        return f"{self.asset} · {self.expires_at:%Y-%m-%d}"


class MediaFetch(models.Model):
    """A file a customer sent that has to be fetched from Meta before `until`, when Meta throws it away.

    `sha256`, `content_type` and `file_name` are what the webhook said. `due_at` is when it is tried (again); whoever
    tries moves it on first, so that no two fetch the same.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Is being fetched")
        KEPT = "kept", _("Fetched")
        QUARANTINED = "quarantined", _("Quarantined")
        GIVEN_UP = "given_up", _("Given up")

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    message = models.OneToOneField(
        InboundMessage, on_delete=models.PROTECT, related_name="fetch", verbose_name=_("inbound message")
    )
    media_id = models.CharField(_("id at Meta"), max_length=255)
    content_type = models.CharField(_("content type"), max_length=128, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=128, blank=True)
    file_name = models.CharField(_("file name"), max_length=255, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.WAITING)
    asset = models.OneToOneField(
        MediaAsset, on_delete=models.PROTECT, null=True, blank=True, related_name="fetch", verbose_name=_("file")
    )
    problem = models.CharField(_("what went wrong"), max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("due at"))
    until = models.DateTimeField(_("Meta keeps it until"))
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("file from a customer")
        verbose_name_plural = _("files from customers")
        indexes = (models.Index(fields=("due_at",), name="files_to_fetch", condition=models.Q(state="waiting")),)

    def __str__(self) -> str:
        return f"{_('file')} {self.pk}"
