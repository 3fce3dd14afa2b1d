"""Rules about documents, queries and what must not be written anywhere."""
import re
from pathlib import Path

from repository import Repository

ARCHITECTURE = "docs/architecture.md"
# Split so that this file keeps its own rule.
MACHINE = re.compile(r"(?<![\w.{}$-])(/wo" r"rk/|/ro" r"ot/|/ho" r"me/\w)")
SCRATCH = re.compile(r"(?<![\w.{}$-])/tm" r"p/")
REGISTRY = re.compile(
    r"\b(crates" r"\.io|static\.crates" r"|pypi" r"\.org|pythonhosted" r"\.org|registry\.npm" r"js|deb\.debian" r"\.org|proxy\.golang" r")",
    re.IGNORECASE,
)
HEADER = ("title", "owner", "basis", "grain")
INVARIANT = re.compile(r"INVARIANT \(([a-z-]+)\)[:, ]")
# In the page an invariant is a table row that begins with its name in backticks.
DOCUMENTED = re.compile(r"^\| `([a-z-]+)` \|", re.MULTILINE)


def no_machine_is_named(repository: Repository):
    for path in repository.text_files():
        for number, line in enumerate(repository.read(path).splitlines(), 1):
            if MACHINE.search(line) or (path.endswith(".md") and SCRATCH.search(line)):
                yield f"{path}:{number} holds a path of one machine"


def no_registry_is_named(repository: Repository):
    for path in repository.text_files():
        for number, line in enumerate(repository.read(path).splitlines(), 1):
            if REGISTRY.search(line):
                yield f"{path}:{number} names a package registry's host"


def invariants_are_documented(repository: Repository):
    """Every name in the page has an owner in the code, every owner in the code is in the page."""
    documented = set(DOCUMENTED.findall(section(repository.read(ARCHITECTURE), "Invariants")))
    owned = {name for path in repository.rust_files() for name in INVARIANT.findall(repository.read(path))}
    for name in sorted(documented - owned):
        if repository.exception("invariants", name) is None:
            yield f"`{name}` is in {ARCHITECTURE} and has no owner in the code"
    for name in sorted(owned - documented):
        yield f"`{name}` has an owner in the code and is not in {ARCHITECTURE}"


def section(page: str, title: str) -> str:
    parts = re.split(r"^## ", page, flags=re.MULTILINE)
    return next((part for part in parts if part.startswith(title)), "")


def links_lead_somewhere(repository: Repository):
    for path in repository.files:
        if not path.endswith(".md"):
            continue
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", repository.read(path)):
            if "://" in target or target.startswith("mailto:"):
                continue
            if not (repository.root / Path(path).parent / target).exists():
                yield f"{path} links to {target}"


def pages_are_in_the_summary(repository: Repository):
    """A page that the book does not list is not built, and nobody finds it."""
    summary = repository.read("docs/SUMMARY.md")
    for path in repository.files:
        if path.startswith("docs/") and path.endswith(".md") and path != "docs/SUMMARY.md":
            if f"]({path.removeprefix('docs/')})" not in summary:
                yield f"{path} is not in docs/SUMMARY.md"


def queries_carry_a_header(repository: Repository):
    for path in repository.files:
        if not (path.startswith("queries/") and path.endswith(".sql")):
            continue
        text = repository.read(path)
        head = [line for line in text.splitlines() if line.startswith("--")]
        for key in HEADER:
            if not any(re.match(rf"-- {key}(_zh|_en)?: \S", line) for line in head):
                yield f"{path} does not say its {key}"
        body = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
        if re.search(r"SELECT\s+(\w+\.)?\*", body, re.IGNORECASE):
            yield f"{path} shares `*` instead of named columns"
