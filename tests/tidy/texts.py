"""Rules about what people read: one catalogue, two languages, no sentence in the code."""
import re

from repository import Repository

CATALOGUE = "schemas/texts.toml"
# Codes are written as whole string literals, `"section.what_happened"`, with a section the catalogue has.
LITERAL = re.compile(r"\"([a-z]+)\.([a-z0-9_]+)\"")
TEST_MODULE = re.compile(r"#\[cfg\(test\)\]\s*(?:pub(?:\([a-z]+\))? )?mod (\w+);")
CHINESE = re.compile(r"\"[^\"\n]*[\u4e00-\u9fff][^\"\n]*\"")
SPOKEN_TO_PEOPLE = ("hub/src/", "connectors/intake/", "connectors/workbook/", "hub/policy/", "hub/engine/", "hub/registry/", "hub/audit/")


def catalogue(repository: Repository) -> dict[str, dict[str, str]]:
    """Sections of the catalogue with their keys. A small reading of TOML: `[code]` and `key = "text"` lines."""
    entries: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in repository.read(CATALOGUE).splitlines():
        if head := re.match(r"\[+\"?([A-Za-z0-9_.-]+)\"?\]+\s*$", line):
            current = entries.setdefault(head.group(1), {})
        elif pair := re.match(r"([a-z_]+)\s*=\s*(['\"]{1,3})(.*)$", line):
            current[pair.group(1)] = pair.group(3).rstrip("'\" ")
    return entries


def messages_exist_in_both_languages(repository: Repository):
    for code, entry in catalogue(repository).items():
        if not entry:
            continue
        for key in ("zh", "en"):
            if not entry.get(key):
                yield f"`{code}` lacks {key}"
        if bool(entry.get("hint_zh")) != bool(entry.get("hint_en")):
            yield f"`{code}` has a hint in one language only"
        if entry.get("zh") and not re.search(r"[\u4e00-\u9fff]", entry["zh"]):
            yield f"`{code}` says no Chinese word in zh"
        wanted = set(re.findall(r"\{(\w+)\}", entry.get("zh", "")))
        if wanted != set(re.findall(r"\{(\w+)\}", entry.get("en", ""))):
            yield f"`{code}` uses other arguments in zh than in en"


def codes_in_the_source_have_a_text(repository: Repository):
    known = catalogue(repository)
    sections = {code.split(".")[0] for code in known}
    tests = test_files(repository)
    for path in repository.rust_files():
        # `schemas` names places in a contract the same way, and holds its own codes in its own tests.
        if path in tests or path.startswith("schemas/"):
            continue
        for section, key in LITERAL.findall(product_part(repository.read(path))):
            if section in sections and f"{section}.{key}" not in known:
                if repository.exception("codes", f"{section}.{key}") is None:
                    yield f"{path} says `{section}.{key}`, which is not in {CATALOGUE}"


def people_are_not_addressed_in_code(repository: Repository):
    """Chinese in a string literal is a sentence for someone; it belongs into the catalogue, a contract or a view."""
    tests = test_files(repository)
    for path in repository.rust_files():
        if not path.startswith(SPOKEN_TO_PEOPLE) or path in tests:
            continue
        for number, line in enumerate(product_part(repository.read(path)).splitlines(), 1):
            if not CHINESE.search(line.split("//")[0]):
                continue
            if repository.exception("chinese_in_code", path) is None:
                yield f"{path}:{number}"


def test_files(repository: Repository) -> set[str]:
    """Files that only test builds compile: `tests` folders and files, and modules declared under `#[cfg(test)]`."""
    found = set()
    for path in repository.rust_files():
        if "/tests/" in path or path.endswith("/tests.rs"):
            found.add(path)
        folder = path.rsplit("/", 1)[0] if path.endswith(("/lib.rs", "/mod.rs", "/main.rs")) else path.removesuffix(".rs")
        for name in TEST_MODULE.findall(repository.read(path)):
            found |= {one for one in repository.rust_files() if one.startswith((f"{folder}/{name}.rs", f"{folder}/{name}/"))}
    return found


def product_part(text: str) -> str:
    """The file without its test module at the bottom."""
    return re.split(r"^#\[cfg\(test\)\]\nmod ", text, maxsplit=1, flags=re.MULTILINE)[0]
