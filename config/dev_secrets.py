"""Secrets for development: made once, kept in the git-ignored `.data/dev.env`, so that sessions outlive a restart.

With DEBUG off nothing here is used: a secret that is missing stops the start.
"""

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet

MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "SECRETS_KEYS": lambda: Fernet.generate_key().decode(),
    "AUDIT_SIGNING_KEY": lambda: secrets.token_hex(32),
}


def load_dev_secrets(path: Path) -> None:
    """Put what the environment lacks of the secrets into it, out of `path`, which is made when it is missing.

    Several processes may start at once: the first complete file wins and the others read it.
    """
    if all(os.environ.get(name) for name in MAKERS):
        return
    if not path.exists():
        write_once(path, "".join(f"{name}={make()}\n" for name, make in MAKERS.items()))
    for line in path.read_text().splitlines():
        name, _, value = line.partition("=")
        if name in MAKERS and not os.environ.get(name):
            os.environ[name] = value


def write_once(path: Path, text: str) -> None:
    """Write a file readable to us alone that appears complete or not at all, and never replaces another one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)  # mkstemp makes it 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
