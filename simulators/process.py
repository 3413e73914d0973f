"""A simulator as a real process with an end: started for a test or the demo, waited for, stopped, never left behind."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from simulators.common.journal import read_journal
from simulators.common.steering import SideDoor
from simulators.graph.steering import Steering
from simulators.graph.witness import Witness, witness_of
from simulators.payments import witness as payment_witness
from simulators.payments.steering import PaymentSteering
from simulators.sms import witness as sms_witness
from simulators.sms.steering import SmsSteering

ROOT = Path(__file__).resolve().parents[1]
READY_WITHIN, STOP_WITHIN = 20.0, 10.0  # seconds
READY_WORD = " ready on "


class SimulatorFailed(Exception):
    """The process did not come up; the text has its last words."""


class SimulatorProcess:
    """`python -m MODULE ARGUMENTS`, from its ready line to its end. It also ends when we die."""

    def __init__(self, module: str, arguments: list[str], log: Path) -> None:
        self.module, self.arguments, self.log = module, arguments, log
        self.base_url = ""
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        """The process id; 0 when it does not run."""
        return self._process.pid if self._process else 0

    def start(self) -> str:
        """Start it and wait for the ready line; returns the address it gives. Raises SimulatorFailed."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", self.module, *self.arguments, "--parent-pid", str(os.getpid())]
        with self.log.open("ab") as errors:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,  # Ctrl-C is for whoever started us; we are stopped in order
            )
        line = self._first_line(self._process)
        if READY_WORD not in line:
            self.stop()
            raise SimulatorFailed(f"{self.module} did not start: {self.log.read_text()[-2000:] or line}")
        self.base_url = line.split(READY_WORD)[1].strip()
        return self.base_url

    @staticmethod
    def _first_line(process: subprocess.Popen[str]) -> str:
        """What it says first; empty when it says nothing in time or ends."""
        assert process.stdout is not None
        lines: list[str] = []
        reader = threading.Thread(target=lambda out: lines.append(out.readline()), args=(process.stdout,), daemon=True)
        reader.start()
        reader.join(READY_WITHIN)
        return lines[0] if lines else ""

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> int:
        """Stop it in order, by force after ten seconds; its exit status."""
        if self._process is None:
            return 0
        process, self._process = self._process, None
        process.terminate()
        try:
            status = process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        if process.stdout:
            process.stdout.close()
        return status


class Hosted(SideDoor):
    """A simulator in a process of its own, as a context manager; `base_url` is known once it has started."""

    def __init__(self, module: str, arguments: list[str], state_dir: Path) -> None:
        super().__init__("")
        self.state_dir = state_dir
        self.process = SimulatorProcess(module, arguments, state_dir / f"{module.rpartition('.')[2]}.log")

    @property
    def journal_path(self) -> Path:
        """The journal file, to be read without the simulator's help."""
        return self.state_dir / "journal.jsonl"

    def journal_since(self, since: int = 0) -> Iterable[dict[str, Any]]:
        """The lines of the journal file from a byte offset on, with those of the answers that were just given: these
        are written in the next turn of its loop.
        """
        if self.process.is_running:
            self.health()
        return read_journal(self.journal_path, since)

    def start(self) -> Self:
        """Start the process and wait until it is ready."""
        self.base_url = self.process.start()
        return self

    def stop(self) -> int:
        """Stop the process; its exit status."""
        self._session.close()
        return self.process.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class GraphSimulator(Hosted, Steering):
    """The pretend Graph API as a context manager; `base_url` is what goes in place of https://graph.facebook.com."""

    def __init__(
        self,
        state_dir: Path,
        webhook_url: str,
        *,
        app_secret: str = "simulated-app-secret",
        verify_token: str = "simulated-verify-token",
        token: str = "simulated-access-token",
        waba_id: str = "100200300400",
        phone_number_ids: tuple[str, ...] = ("555001",),
        seed: int = 1,
        misbehaviour: dict[str, Any] | None = None,
        port: int = 0,
    ) -> None:
        self.webhook_url = webhook_url
        self.app_secret, self.verify_token, self.token = app_secret, verify_token, token
        self.waba_id, self.phone_number_ids = waba_id, phone_number_ids
        arguments = {
            "--port": str(port),
            "--state-dir": str(state_dir),
            "--webhook-url": webhook_url,
            "--app-secret": app_secret,
            "--verify-token": verify_token,
            "--token": token,
            "--waba-id": waba_id,
            "--seed": str(seed),
            "--misbehave": orjson.dumps(misbehaviour or {}, option=orjson.OPT_NON_STR_KEYS).decode(),
        }
        words = [f"{name}={value}" for name, value in arguments.items()]
        words += [f"--phone-number-id={key}" for key in phone_number_ids]
        super().__init__("simulators.graph", words, state_dir)

    def witness(self, since: int = 0) -> Witness:
        """What the journal file proves, from a byte offset on."""
        return witness_of(self.journal_since(since))


class SmsSimulator(Hosted, SmsSteering):
    """The pretend SMS gateways as a context manager; `base_url` goes in place of each gateway's own address.

    `accounts` are fields of `simulators.sms.accounts.Accounts`, by gateway.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        accounts: dict[str, dict[str, Any]] | None = None,
        seed: int = 1,
        misbehaviour: dict[str, Any] | None = None,
        port: int = 0,
    ) -> None:
        arguments = {
            "--port": str(port),
            "--state-dir": str(state_dir),
            "--accounts": orjson.dumps(accounts or {}).decode(),
            "--seed": str(seed),
            "--misbehave": orjson.dumps(misbehaviour or {}).decode(),
        }
        super().__init__("simulators.sms", [f"{name}={value}" for name, value in arguments.items()], state_dir)

    def witness(self, since: int = 0) -> sms_witness.Witness:
        """What the journal file proves, from a byte offset on."""
        return sms_witness.witness_of(self.journal_since(since))


class PaymentSimulator(Hosted, PaymentSteering):
    """The pretend Stripe as a context manager; `base_url` goes in place of https://api.stripe.com."""

    def __init__(
        self,
        state_dir: Path,
        *,
        webhook_url: str = "",
        key: str = "sk_test_simulated",
        signing_secret: str = "whsec_simulated",
        seed: int = 1,
        misbehaviour: dict[str, Any] | None = None,
        port: int = 0,
    ) -> None:
        self.key, self.signing_secret = key, signing_secret
        arguments = {
            "--port": str(port),
            "--state-dir": str(state_dir),
            "--webhook-url": webhook_url,
            "--key": key,
            "--signing-secret": signing_secret,
            "--seed": str(seed),
            "--misbehave": orjson.dumps(misbehaviour or {}).decode(),
        }
        super().__init__("simulators.payments", [f"{name}={value}" for name, value in arguments.items()], state_dir)

    def witness(self, since: int = 0) -> payment_witness.Witness:
        """What the journal file proves, from a byte offset on."""
        return payment_witness.witness_of(self.journal_since(since))
