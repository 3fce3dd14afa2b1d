"""The program under test and how to run one of its commands."""
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def path() -> Path:
    """`TAXHUB_BIN`, or what `cargo build --profile ci` left in the target folder."""
    named = os.environ.get("TAXHUB_BIN")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    found = Path(named) if named else target / "ci" / "taxhub"
    if not found.exists():
        raise FileNotFoundError(f"no program at {found}: run `cargo build --profile ci -p hub`")
    return found


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    def json(self) -> dict:
        return json.loads(self.out)


def run(*arguments: object, env: dict[str, str] | None = None, seconds: float = 120, stdin: bytes = b"") -> Ran:
    """Runs `taxhub ARGUMENTS` to its end. Never raises for an exit code."""
    done = subprocess.run(
        [str(path()), *map(str, arguments)],
        input=stdin, capture_output=True, timeout=seconds, env={**os.environ, **(env or {})},
    )
    return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
