"""How PostgreSQL is asked: as whom, within which bounds, and what it may reckon with."""

from typing import Any

import environ

# Rows lie in memory or on flash, where a look into an index costs little; without this it reads a small table whole for
# each recipient. Compiling a statement (jit) costs our short ones more than it saves.
RECKONED = ["-c random_page_cost=1.1", "-c jit=off"]


def database(address: dict[str, Any], env: environ.Env) -> dict[str, Any]:
    """The database at an address, as Django takes it.

    Whoever logs in, the work is done as the role that no table belongs to; only `migrate` works as the owner.
    """
    options = address.get("OPTIONS", {})
    # What a session may take; only web processes have bounds (config/wsgi.py): audiences and imports are long.
    bounds = [f"-c {name}={most}" for name, most in env.dict("DATABASE_BOUNDS", default={}).items()]
    return {
        **address,
        "OPTIONS": {
            **options,
            "assume_role": "countersign_system",
            "options": " ".join([*RECKONED, options.get("options", ""), *bounds]).strip(),
        },
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
    }
