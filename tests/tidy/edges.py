"""Who may depend on whom. The drawing is `docs/architecture.md`; a new edge also needs a page in decisions."""
from repository import Repository

EDGES = {
    "schemas": set(),
    "decode": set(),
    "datasets": {"schemas"},
    "check": {"schemas", "decode"},
    "workbook": {"schemas", "check"},
    "lake": {"schemas"},
    "audit": set(),
    "policy": {"schemas"},
    "intake": {"schemas", "decode", "check", "lake", "audit"},
    "engine": {"schemas", "lake", "policy", "audit"},
    "registry": {"schemas", "intake", "policy", "sources"},
    "sources": set(),
    "hub": None,  # wires everything
}

# The first part of a package name, and the one crate that may know it.
HOMES = {"datafusion": "engine", "deltalake": "lake", "cedar": "policy", "axum": "hub", "polars": "check"}


def crates_depend_as_drawn(repository: Repository):
    members = {package["name"] for package in repository.packages}
    for package in repository.packages:
        name = package["name"]
        if name not in EDGES:
            yield f"crate `{name}` is not in the drawing"
            continue
        allowed = EDGES[name]
        if allowed is None:
            continue
        for dependency in package["dependencies"]:
            # A test may lean on more than the crate does, but never on an engine (next rule).
            if dependency["kind"] is None and dependency["name"] in members - allowed:
                yield f"`{name}` depends on `{dependency['name']}`"


def engines_have_one_home(repository: Repository):
    for package in repository.packages:
        for dependency in package["dependencies"]:
            home = home_of(dependency["name"])
            if home and home != package["name"]:
                yield f"`{package['name']}` depends on `{dependency['name']}`, which belongs to `{home}`"


def home_of(package_name: str) -> str | None:
    first = package_name.replace("_", "-").split("-")[0]
    return HOMES.get(first)
