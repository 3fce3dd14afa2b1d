"""One hub: its folder, its process, its addresses and the people who have an account there."""
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from world import binary
from world.http import Caller

START_SECONDS = 60
READY = re.compile(r"http\D*?(?:http://)?(127\.0\.0\.1:\d+).*?pg\D*?(?:\w+://)?(127\.0\.0\.1:\d+)")


@dataclass(frozen=True)
class Account:
    name: str
    password: str
    token: str
    department: str
    region: str
    purposes: tuple[str, ...]


@dataclass
class Hub:
    """`folder` holds `taxhub.toml` and `accounts.json`, as `taxhub demo --dir` or `taxhub init` leave them."""

    folder: Path
    process: subprocess.Popen | None = None
    http: str = ""
    pg: str = ""
    lines: list[str] = field(default_factory=list)

    def start(self, env: dict[str, str] | None = None) -> "Hub":
        """Starts `taxhub serve` on free ports and returns when it says that it is ready."""
        assert self.process is None, "already running"
        config = self.on_free_ports()
        self.lines = []
        ready = threading.Event()
        self.process = subprocess.Popen(
            [str(binary.path()), "serve", "--config", str(config)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})}, start_new_session=True,
        )
        listeners = [
            threading.Thread(target=self._listen, args=(stream, ready), daemon=True)
            for stream in (self.process.stdout, self.process.stderr)
        ]
        for listener in listeners:
            listener.start()
        until = time.monotonic() + START_SECONDS
        while not ready.wait(0.02):
            if self.process.poll() is not None:
                # Its last words may still be on their way.
                for listener in listeners:
                    listener.join(5)
                code, self.process = self.process.returncode, None
                raise StartRefused(code, "\n".join(self.lines))
            if time.monotonic() > until:
                self.kill()
                raise StartRefused(None, "\n".join(self.lines))
        return self

    def _listen(self, stream, ready: threading.Event) -> None:
        for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip()
            self.lines.append(line)
            if not ready.is_set() and (found := READY.search(line)):
                self.http, self.pg = f"http://{found.group(1)}", found.group(2)
                ready.set()

    def on_free_ports(self) -> Path:
        """A copy of the configuration in which both gateways take a free port and what happens is logged."""
        text = (self.folder / "taxhub.toml").read_text(encoding="utf-8")
        for key in ("http", "pg"):
            text = re.sub(rf'(?m)^{key}\s*=\s*".*"$', f'{key} = "127.0.0.1:0"', text)
        text = re.sub(r'(?m)^level\s*=\s*".*"$', 'level = "info"', text)
        copy = self.folder / "taxhub.test.toml"
        copy.write_text(text, encoding="utf-8")
        return copy

    @property
    def data(self) -> Path:
        """The data folder the configuration names."""
        text = (self.folder / "taxhub.toml").read_text(encoding="utf-8")
        named = re.search(r'(?m)^data_dir\s*=\s*"(.*)"$', text)
        return self.folder / (named.group(1) if named else "data")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_for_death(self, seconds: float = 30) -> int:
        """The exit code of a process that should end by itself; negative is a signal."""
        assert self.process is not None
        try:
            code = self.process.wait(seconds)
        finally:
            if self.process.poll() is None:
                self.kill()
        self._sweep_workers()
        self.process = None
        return code

    def kill(self) -> None:
        if self.process is not None:
            self._sweep_workers()
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self, seconds: float = 20) -> int:
        """Asks politely; the exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.wait_for_death(seconds)

    def _sweep_workers(self) -> None:
        """Workers end with their hub, but a test must not depend on how soon. They share our process group."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass

    def accounts(self) -> dict[str, Account]:
        listed = json.loads((self.folder / "accounts.json").read_text(encoding="utf-8"))
        people = listed["accounts"] if isinstance(listed, dict) else listed
        return {
            one["name"]: Account(
                one["name"], one["password"], one["token"], one["department"], one["region"], tuple(one["purposes"])
            )
            for one in people
        }

    def caller(self, name: str | None, purpose: str | None = None) -> Caller:
        """Someone at the HTTP gateway; `None` is a stranger without a token."""
        token = self.accounts()[name].token if name else None
        return Caller(self.http, token, purpose)

    def copy_to(self, folder: Path) -> "Hub":
        """The same world once more. The hub must not be running."""
        assert self.process is None
        shutil.copytree(self.folder, folder, symlinks=True)
        return Hub(folder)

    def __enter__(self) -> "Hub":
        return self if self.process else self.start()

    def __exit__(self, *_) -> None:
        self.kill()


class StartRefused(Exception):
    """`serve` ended before it was ready."""

    def __init__(self, code: int | None, said: str):
        super().__init__(f"serve ended with {code}:\n{said}")
        self.code = code
        self.said = said


# What is about storage or restarts needs one feed, and opens its tables hundreds of times.
ALL_BUT_POWER = "amr_*,crt_*,fin_*,hrs_*,hud_*,mib_*,nrp_*,prt_*,psb_*,tax_*,tob_*,wat_*"


def demo(folder: Path, without: str = "") -> Hub:
    """The sample prefecture of `taxhub demo`, made and checked, not running."""
    absent = ["--without", without] if without else []
    made = binary.run("demo", "--dir", folder, "--scale", "small", "--check", *absent, seconds=300)
    assert made.code == 0, f"demo --check ended with {made.code}\n{made.out[-4000:]}\n{made.err[-4000:]}"
    return Hub(folder)
