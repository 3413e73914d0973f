"""Uploaded media and resumable uploads, in memory."""

import base64
import hashlib
import secrets
from dataclasses import dataclass

MEDIA_LIFE = 30 * 86400.0  # seconds an uploaded id lives
RECEIVED_LIFE = 7 * 86400.0  # seconds the id of a customer's file lives
URL_LIFE = 300.0  # seconds a download address lives


@dataclass(slots=True)
class Media:
    """One uploaded file. `address` is the secret part of its download address, good until `address_until`."""

    id: str
    mime_type: str
    data: bytes
    filename: str
    uploaded_at: float
    address: str = ""
    address_until: float = 0.0
    life: float = MEDIA_LIFE

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(slots=True)
class Upload:
    """One resumable upload: announced length and type, what arrived, and the handle once all of it has."""

    id: str
    file_name: str
    file_length: int
    file_type: str
    data: bytes = b""
    handle: str = ""


class MediaStore:
    """What was uploaded since the start."""

    def __init__(self) -> None:
        self._media: dict[str, Media] = {}
        self.uploads: dict[str, Upload] = {}
        self.handles: set[str] = set()

    def keep(self, mime_type: str, data: bytes, filename: str, now: float, life: float = MEDIA_LIFE) -> Media:
        """Store a file under a new id."""
        media = Media(str(10**14 + secrets.randbelow(9 * 10**14)), mime_type, data, filename, now, life=life)
        self._media[media.id] = media
        return media

    def find(self, media_id: str, now: float) -> Media | None:
        """The media of this id, unless its life is over."""
        media = self._media.get(media_id)
        return media if media and now < media.uploaded_at + media.life else None

    def by_address(self, address: str, now: float) -> Media | None:
        """The media behind a download address that is still good."""
        found = (media for media in self._media.values() if address and media.address == address)
        return next((media for media in found if now < media.address_until), None)

    def open_address(self, media: Media, now: float) -> str:
        """A new download address, good for five minutes."""
        media.address, media.address_until = secrets.token_urlsafe(24), now + URL_LIFE
        return media.address

    def remove(self, media_id: str) -> None:
        """Forget one."""
        self._media.pop(media_id, None)

    def begin(self, file_name: str, file_length: int, file_type: str) -> Upload:
        """Announce a resumable upload."""
        code = base64.urlsafe_b64encode(secrets.token_bytes(30)).decode()
        upload = Upload(f"upload:{code}", file_name, file_length, file_type)
        self.uploads[upload.id] = upload
        return upload

    def append(self, upload: Upload, data: bytes) -> None:
        """Take more of an upload; when all of it is there it gets its handle."""
        upload.data += data
        if len(upload.data) == upload.file_length:
            digest = hashlib.sha256(upload.data).digest()
            upload.handle = "4::" + base64.b64encode(upload.file_type.encode() + digest).decode()
            self.handles.add(upload.handle)

    def clear(self) -> None:
        """Forget everything."""
        self._media.clear()
        self.uploads.clear()
        self.handles.clear()
