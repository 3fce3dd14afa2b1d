"""The files the rules look at, and the exceptions they still have to make."""
import json
import subprocess
from functools import cached_property
from pathlib import Path

TEXT = {".rs", ".py", ".sh", ".md", ".toml", ".yaml", ".yml", ".sql", ".json", ".csv", ".txt", ".cedar", ""}
# Written by machines: the lock file names registries because that is its job.
GENERATED = {"Cargo.lock", "LICENSE"}


class Repository:
    def __init__(self, root: Path):
        self.root = root
        self._exceptions: dict[str, dict[str, str]] = {}
        self._used: set[tuple[str, str]] = set()

    @cached_property
    def files(self) -> list[str]:
        """Paths git knows or would take, as they are on disk now."""
        listing = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=self.root, check=True, capture_output=True, text=True,
        ).stdout
        return sorted(p for p in set(listing.split("\0")) if p and (self.root / p).is_file() and p not in GENERATED)

    def text_files(self) -> list[str]:
        return [path for path in self.files if Path(path).suffix in TEXT]

    def rust_files(self) -> list[str]:
        return [path for path in self.files if path.endswith(".rs")]

    def read(self, path: str) -> str:
        """The text, empty when there is no such file."""
        file = self.root / path
        return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""

    @cached_property
    def packages(self) -> list[dict]:
        """Workspace members as `cargo metadata` reports them; nothing is resolved or downloaded."""
        answer = subprocess.run(
            ["cargo", "metadata", "--no-deps", "--format-version", "1"],
            cwd=self.root, check=True, capture_output=True, text=True,
        ).stdout
        return json.loads(answer)["packages"]

    def exception(self, rule: str, key: str) -> str | None:
        """What `exceptions/<rule>.txt` says behind `key`; asking marks the line as needed."""
        listed = self._load(rule)
        if key not in listed:
            return None
        self._used.add((rule, key))
        return listed[key]

    def unused_exceptions(self) -> list[str]:
        folder = Path(__file__).parent / "exceptions"
        for file in sorted(folder.glob("*.txt")):
            self._load(file.stem)
        return [
            f"exceptions/{rule}.txt no longer needs `{key}`"
            for rule, listed in sorted(self._exceptions.items())
            for key in listed
            if (rule, key) not in self._used
        ]

    def _load(self, rule: str) -> dict[str, str]:
        if rule not in self._exceptions:
            file = Path(__file__).parent / "exceptions" / f"{rule}.txt"
            lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
            pairs = (line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#"))
            self._exceptions[rule] = {pair[0]: pair[1] if len(pair) > 1 else "" for pair in pairs}
        return self._exceptions[rule]
