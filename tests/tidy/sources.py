"""Rules about source files."""
import re

from edges import HOMES
from repository import Repository

LINES_MAX = 300
UNSAFE_FILE = "connectors/check/src/bridge.rs"
EMPTY_NAMES = {"util", "utils", "common", "helper", "helpers", "manager", "info", "misc"}
LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|\b(todo|unimplemented)!\s*\(")
CRATE_FOLDERS = {
    "schemas/": "schemas", "connectors/decode/": "decode", "connectors/check/": "check",
    "connectors/intake/": "intake", "connectors/workbook/": "workbook",
    "connectors/sources/": "sources", "hub/lake/": "lake",
    "hub/policy/": "policy", "hub/engine/": "engine", "hub/registry/": "registry", "hub/audit/": "audit",
    "datasets/": "datasets", "hub/": "hub",
}


def crate_of(path: str) -> str | None:
    return next((name for folder, name in CRATE_FOLDERS.items() if path.startswith(folder)), None)


def first_line_tells_the_purpose(repository: Repository):
    for path in repository.files:
        first = next(iter(repository.read(path).splitlines()), "") if path.endswith((".rs", ".py", ".sh")) else None
        if first is None:
            continue
        if path.endswith(".rs") and not re.match(r"//! \S.{10,}", first):
            yield f"{path} does not begin with `//!` and a sentence"
        if path.endswith(".py") and not re.match(r'(#!|"""\S)', first) and repository.read(path).strip():
            yield f"{path} does not begin with a docstring"
        if path.endswith(".sh") and not first.startswith("#!"):
            yield f"{path} does not begin with `#!`"


def unsafe_is_forbidden(repository: Repository):
    for path in repository.rust_files():
        text = repository.read(path)
        crate = crate_of(path)
        if path.endswith(("src/lib.rs", "src/main.rs")) and crate != "check" and "#![forbid(unsafe_code)]" not in text:
            yield f"{path} lacks #![forbid(unsafe_code)]"
        if path != UNSAFE_FILE and re.search(r"^\s*[^/\s].*\bunsafe\s*(\{|fn|impl)", text, re.MULTILINE):
            yield f"{path} holds `unsafe`; only {UNSAFE_FILE} may"


def files_stay_short(repository: Repository):
    for path in repository.files:
        if not path.endswith((".rs", ".py", ".sh", ".sql")):
            continue
        length = len(repository.read(path).splitlines())
        if length <= LINES_MAX:
            continue
        granted = repository.exception("long_files", path)
        if granted is None:
            yield f"{path} has {length} lines, pause at {LINES_MAX}"
        elif length > int(granted):
            yield f"{path} grew from {granted} to {length} lines"


def names_say_something(repository: Repository):
    for path in repository.files:
        for part in path.split("/"):
            if part.rsplit(".", 1)[0] in EMPTY_NAMES:
                yield f"{path}: `{part}` says nothing"


def nothing_is_left_for_later(repository: Repository):
    for path in repository.text_files():
        if path.startswith("tests/tidy/"):
            continue  # the words of this rule
        for number, line in enumerate(repository.read(path).splitlines(), 1):
            if LATER.search(line):
                yield f"{path}:{number}"


def engines_are_named_at_home_only(repository: Repository):
    """Also through re-exports: `use polars` outside of `check` fails even where cargo would let it pass."""
    word = re.compile(r"\b(use|extern crate)\s+(::)?(" + "|".join(HOMES) + r")\w*|\b(" + "|".join(HOMES) + r")(_\w+)?::")
    for path in repository.rust_files():
        for number, line in enumerate(repository.read(path).splitlines(), 1):
            found = word.search(line.split("//")[0])
            if not found:
                continue
            engine = found.group(3) or found.group(4)
            if HOMES[engine] != crate_of(path):
                yield f"{path}:{number} names {engine}, which belongs to `{HOMES[engine]}`"


def invariants_name_their_owner(repository: Repository):
    """`// INVARIANT (name): sentence` is the only way to write one."""
    for path in repository.rust_files():
        for number, line in enumerate(repository.read(path).splitlines(), 1):
            if "INVARIANT" in line and not re.search(r"INVARIANT \([a-z-]+\)[:, ]+\S", line):
                yield f"{path}:{number} is not of the form `INVARIANT (name): sentence`"
