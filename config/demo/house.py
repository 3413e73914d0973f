"""A whole installation on one machine: simulator, web, workers, beat and MCP server, as the README lays them out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.celery import app as celery
from config.demo.processes import Processes, Ready, answers, port_or_free, python
from config.demo.seeding import NUMBER, Cast
from simulators.process import GraphSimulator, PaymentSimulator

CELERY = ("-m", "celery", "-A", "config.celery")
WEB_PORT, MCP_PORT, SIMULATOR_PORT = 8000, 8765, 8901

# What the pretend WhatsApp does to us; `seed` decides who meets which fault, so a run can be told again.
MISBEHAVIOUR: dict[str, Any] = {
    "latency_seconds": 0.03,
    "latency_jitter_seconds": 0.05,
    "refuses": {131026: 0.012},
    "fails_later": {131049: 0.02, 131026: 0.01},
    "throttled_share": 0.001,
    "error_refused_share": 0.001,
    "error_accepted_share": 0.001,
    "lost_share": 0.003,
    "undelivered_share": 0.02,
    "sent_seconds": 0.3,
    "delivered_seconds": 0.6,
    "read_seconds": 1.5,
    "read_share": 0.55,
    "reply_share": 0.02,
    "stop_share": 0.008,
    "reply_seconds": 1.0,
    "only_user_id_share": 0.1,
    "duplicate_share": 0.05,
    "shuffle_share": 0.05,
    "early_share": 0.02,
    "batch_wait_seconds": 0.25,
    "webhook_connections": 2,
    "review_seconds": 1.0,
}


# What the pretend SMS gateways do to us; the first one's pace is below ours, so that the second has to help.
SMS_MISBEHAVIOUR: dict[str, Any] = {
    "latency_seconds": 0.03,
    "throughput_per_second": 25,
    "fails_later": {"absent": 0.02, "dead": 0.01},
    "refuses": {"landline": 0.01},
    "lost_share": 0.005,
    "undelivered_share": 0.02,
    "duplicate_share": 0.05,
    "shuffle_share": 0.05,
    "early_share": 0.02,
}


@dataclass(frozen=True, slots=True)
class House:
    """Where everything answers."""

    desk: str
    mcp: str
    simulator: GraphSimulator
    payments: PaymentSimulator
    processes: Processes


@contextmanager
def open_house(cast: Cast, folder: Path, *, any_port: bool = False) -> Iterator[House]:
    """Start it all and wait until it is ready; stop it all at the end. Raises ProcessTrouble or SimulatorFailed.

    `folder` gets the logs and the simulator's memory. `any_port` takes free ports, for tests beside a running demo.
    """
    web, mcp, outside = (0 if any_port else port for port in (WEB_PORT, MCP_PORT, SIMULATOR_PORT))
    web, mcp = port_or_free(web), port_or_free(mcp)
    simulator = GraphSimulator(
        folder / "simulator",
        f"http://127.0.0.1:{web}/webhook",
        app_secret=str(cast.account.app_secret),
        verify_token=str(cast.account.verify_token),
        token=str(cast.account.access_token),
        waba_id=cast.account.waba_id,
        phone_number_ids=(f"{cast.sender.provider_ref}={NUMBER}",),
        misbehaviour=MISBEHAVIOUR | {"throughput_per_second": cast.sender.per_second * 11 // 10},
        port=port_or_free(outside),
    )
    with (
        simulator,
        PaymentSimulator(folder / "payments") as payments,
        Processes(folder / "logs", _environment(web, simulator.base_url, payments.base_url)) as processes,
    ):
        _start(processes, web, mcp)
        processes.wait_until_ready()
        yield House(f"http://127.0.0.1:{web}", f"http://127.0.0.1:{mcp}", simulator, payments, processes)


def _environment(web: int, graph: str, payments: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PUBLIC_URL": f"http://127.0.0.1:{web}",
        "SHORT_LINK_BASE_URL": f"http://127.0.0.1:{web}",
        "GRAPH_BASE_URL": graph,
        "STRIPE_BASE_URL": payments,
        "PAYMENT_PAGE_HOSTS": payments.removeprefix("http://"),
        "PYTHONUNBUFFERED": "1",
    }


def _start(processes: Processes, web: int, mcp: int) -> None:
    """The same commands as on several machines."""
    gunicorn = ("gunicorn", "config.wsgi", "--worker-class=gthread", "--workers=2", "--threads=4", *_on_one_machine())
    serve = python("-m", *gunicorn, f"--bind=127.0.0.1:{web}")
    processes.start("web", serve, answers(f"http://127.0.0.1:{web}/health"))
    for name, queue, children in (("worker", "celery", 2), ("lanes", "lanes", 1)):
        words = (f"--queues={queue}", f"--concurrency={children}", f"--hostname={name}@demo", "--loglevel=INFO")
        processes.start(name, python(*CELERY, "worker", *words), listens(f"{name}@demo"))
    processes.start("beat", python(*CELERY, "beat", "--loglevel=INFO"), lambda: True)
    serve = python("manage.py", "mcp", "--http", f"--port={mcp}")
    processes.start("mcp", serve, answers(f"http://127.0.0.1:{mcp}/health"))


def _on_one_machine() -> tuple[str, ...]:
    """Django loaded once for all workers, nothing in anybody's home folder, heartbeats not on a slow disk."""
    heartbeats = ("--worker-tmp-dir=/dev/shm",) if Path("/dev/shm").is_dir() else ()
    return ("--no-control-socket", "--preload", *heartbeats)


def listens(node: str) -> Ready:
    """Whether the Celery worker of this name answers."""
    return lambda: bool(celery.control.ping(destination=[node], timeout=0.3))
