"""Who may read the metrics, and where the processes of this machine put down what they count."""

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

SHORTEST_TOKEN = 24


def metrics_settings(env: environ.Env, data_dir: Path, *, debug: bool) -> tuple[str, Path | None]:
    """METRICS_TOKEN and METRICS_DIR. Without somebody who may read them there are no files: each process counts alone.

    prometheus_client decides when it is imported whether it shares files, by an environment variable: so this comes
    before, and processes that are started from this one inherit it.
    """
    token = env.str("METRICS_TOKEN", default="")
    if token and len(token) < SHORTEST_TOKEN:
        raise ImproperlyConfigured(f"METRICS_TOKEN has {len(token)} characters: take {SHORTEST_TOKEN} at the least")
    said = env.str("METRICS_DIR", default=str(data_dir / "metrics") if token or debug else "")
    if not said:
        return token, None
    return token, _shared(Path(said).absolute())


def _shared(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"METRICS_DIR {folder} cannot be made: {error.strerror}") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"METRICS_DIR {folder} is not to be written to: every process of ours has to")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return folder
