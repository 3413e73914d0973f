"""Asking a shop's system for a product: one GET to a host that is allowed, no redirects, bounded in time and size."""

from urllib.parse import quote, urlsplit

from django.conf import settings
from pydantic import ValidationError
from urllib3.exceptions import HTTPError

from messaging.models import ProductSource
from messaging.whatsapp.commerce.sources.mapping import Found, Mapping, SourceBroken
from messaging.wire import ask, new_session

CONNECT_SECONDS, READ_SECONDS = 3.0, 8.0
_LOOPBACK = ("127.0.0.1", "::1", "localhost")

_session = new_session(pool_size=8)


class SourceSilent(Exception):
    """The source was not asked, or did not answer. The text says why, without address or key."""


def find(source: ProductSource, sku: str) -> Found | None:
    """The product as the source knows it now; None where it knows none. Raises `SourceSilent` and `SourceBroken`."""
    headers = {"Accept": "application/json"}
    if source.key:
        headers["Authorization"] = f"Bearer {source.key}"
    try:
        mapping = Mapping.model_validate(source.mapping)
        url = address_of(source.url, sku)
        answer = ask(_session, "GET", url, None, headers, CONNECT_SECONDS, READ_SECONDS)
    except ValidationError:
        raise SourceBroken("mapping") from None
    except (HTTPError, OSError) as error:
        raise SourceSilent(type(error).__name__) from None
    if answer.status == 404:
        return None
    if answer.status != 200:  # a redirect too: it might lead anywhere
        raise SourceSilent(f"HTTP {answer.status}")
    return mapping.read(answer.body)


def address_of(template: str, sku: str) -> str:
    """The address of one product. Raises `SourceSilent` for one that nobody has allowed."""
    try:
        parts = urlsplit(template)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SourceSilent("the address cannot be read") from None
    named = f"{host}:{port}" if port else host
    if "@" in parts.netloc or "{" in parts.netloc or named not in settings.PRODUCT_SOURCE_HOSTS:
        raise SourceSilent("the host is not in PRODUCT_SOURCE_HOSTS")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise SourceSilent("the address is not https")
    if template.count("{sku}") != 1:
        raise SourceSilent("the address needs {sku} once")
    return template.replace("{sku}", quote(sku, safe=""))
