"""People beyond the sample cast, taken on as an office would: a one-time password, one of their own, an access token."""
import json

from world.http import Caller
from world.hub import Hub


def admit(hub: Hub, name: str, role: str, purposes: tuple[str, ...] = (), region: str = "433100") -> None:
    """An account `<department>.<anything>`; afterwards `hub.caller(name)` and psql know it."""
    department = name.split(".")[0]
    made = hub.caller("hub.system").post("/v1/accounts", {
        "name": name, "display_name": name, "department": department, "role": role, "region": region,
        "clearance": "L3", "purposes": list(purposes),
    })
    assert made.status == 201, made.body
    password = f"a sentence of {name} alone"
    changed = Caller(hub.http, None).post("/v1/password", {
        "name": name, "password": made.json()["one_time_password"], "new_password": password,
    })
    assert changed.status == 200, changed.body
    issued = Caller(hub.http, changed.json()["token"]).post("/v1/tokens", {"hours": 24})
    assert issued.status == 200, issued.body
    file = hub.folder / "accounts.json"
    listed = json.loads(file.read_text(encoding="utf-8"))
    people = listed["accounts"] if isinstance(listed, dict) else listed
    people.append({
        "name": name, "password": password, "token": issued.json()["token"], "department": department,
        "region": region, "purposes": list(purposes),
    })
    file.write_text(json.dumps(listed, ensure_ascii=False), encoding="utf-8")


def agree(hub: Hub, draft: dict, proposer: str, approvers: list[str]) -> str:
    """Proposes, approves and activates; the agreement's id."""
    proposed = hub.caller(proposer).post("/v1/agreements", draft)
    assert proposed.status == 201, proposed.body
    agreement = proposed.json()["id"]
    for approver in approvers:
        approved = hub.caller(approver).post(f"/v1/agreements/{agreement}/approve", {})
        assert approved.status == 200, approved.body
    activated = hub.caller("hub.security").post(f"/v1/agreements/{agreement}/activate", {})
    assert activated.status == 200, activated.body
    return agreement
