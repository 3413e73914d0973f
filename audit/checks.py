"""What must be right before anything starts."""

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from audit.checkpoints import signing_key


@checks.register(checks.Tags.security)
def the_signing_key_is_usable(**_: Any) -> list[checks.CheckMessage]:
    try:
        signing_key()
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), id="audit.E001")]
    return []
