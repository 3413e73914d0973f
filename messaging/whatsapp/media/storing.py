"""Where the bytes lie: the storage "media" of the settings. A path says whose they are and what they are."""

import hashlib
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from messaging.models import MediaAsset


class MediaLost(Exception):
    """The storage has no such file, or another one."""


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def keep(organisation_id: UUID, content: bytes) -> str:
    """Store the bytes and return their path. The same bytes of an organisation are stored once."""
    digest = sha256_of(content)
    path, shelf = f"{organisation_id}/{digest[:2]}/{digest}", _shelf()
    return path if shelf.exists(path) else shelf.save(path, ContentFile(content))


def read(asset: MediaAsset) -> bytes:
    """The bytes of a file. Raises MediaLost, also when they are not those that were kept."""
    if not asset.path:
        raise MediaLost("quarantined files are not kept")
    try:
        with _shelf().open(asset.path) as kept:
            content: bytes = kept.read()
    except OSError as error:
        raise MediaLost(type(error).__name__) from error
    if sha256_of(content) != asset.sha256:
        raise MediaLost("the bytes are not those that were kept")
    return content


def _shelf() -> Storage:
    return storages["media"]
