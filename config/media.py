"""Where files lie: in a directory of this machine, or in a bucket that speaks S3 where one is named."""

from pathlib import Path
from typing import Any

import environ


def media_storage(env: environ.Env, data_dir: Path) -> dict[str, Any]:
    """The storage "media". Nothing in it is served by the storage itself: no page and no answer names its addresses."""
    bucket = env.str("MEDIA_S3_BUCKET", default="")
    if not bucket:
        options = {
            "location": env.str("MEDIA_DIR", default=str(data_dir / "media")),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        }
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    named = {
        "endpoint_url": env.str("MEDIA_S3_ENDPOINT", default=""),
        "region_name": env.str("MEDIA_S3_REGION", default=""),
        "access_key": env.str("MEDIA_S3_ACCESS_KEY", default=""),
        "secret_key": env.str("MEDIA_S3_SECRET_KEY", default=""),
    }
    options = {"bucket_name": bucket, "querystring_auth": True, "file_overwrite": True}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": options | {name: value for name, value in named.items() if value},
    }
