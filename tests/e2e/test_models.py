"""The comparison models on a whole generated prefecture: a real hub takes the files of five departments, and what the models
find is held against what the generator planted. Printed per model: precision and recall."""
import datetime
import json
from collections import defaultdict
from urllib.parse import urlencode

import pytest

from world import binary
from world.http import Caller
from world.hub import Hub

SEED = 20260101
PASSWORD = "a long sentence of its own"
VIEWS = {"M05": "v_lead_land_deed", "M26": "v_lead_deal_stamp", "M35": "v_lead_leaf_tax"}
PROVIDERS = {"M05": ["nrp"], "M26": ["prt", "fin"], "M35": ["tob"]}
FEEDS = ("nrp_land_grant", "prt_deal", "fin_procurement", "tob_leaf", "tax_registration", "tax_collection")
LEAST = 0.95


class Prefecture:
    """A new hub, its people, the generated files of the feeds that models read, and agreements for the tax side."""

    def __init__(self, folder):
        made = binary.run("generate", "--scale", "small", "--seed", SEED, "--out", folder / "files", seconds=600)
        assert made.code == 0, made.err[-2000:]
        self.files = folder / "files"
        self.truth = json.loads((self.files / "truth.json").read_text(encoding="utf-8"))
        assert binary.run("init", folder / "hub").code == 0
        self.hub = Hub(folder / "hub").start()
        self.people: dict[str, Caller] = {}
        first = json.loads((folder / "hub" / "data" / "first-credentials.json").read_text(encoding="utf-8"))
        for office in first:
            self.enter(office["name"], office["one_time_password"])

    def enter(self, name: str, once: str, purpose: str | None = None) -> None:
        asked = {"name": name, "password": once, "new_password": PASSWORD}
        opened = Caller(self.hub.http, None).post("/v1/password", asked)
        assert opened.status == 200, (name, opened.body)
        self.people[name] = Caller(self.hub.http, opened.json()["token"], purpose)

    def admit(self, name: str, role: str, region: str = "433100") -> None:
        purposes = [] if role == "reporter" else ["tax_risk"]
        person = {
            "name": name, "display_name": name, "department": name.split(".")[0], "role": role, "region": region,
            "clearance": "L3", "purposes": purposes, "default_purpose": purposes[0] if purposes else None,
        }
        admitted = self.people["hub.system"].post("/v1/accounts", person)
        assert admitted.status == 201, admitted.body
        self.enter(name, admitted.json()["one_time_password"], purposes[0] if purposes else None)

    def report(self) -> None:
        for file in (file for file in self.truth["files"] if file["feed"] in FEEDS):
            reporter = self.people[file["feed"].split("_")[0] + ".reporter"]
            body = (self.files / file["path"]).read_bytes()
            taken = reporter.submit(file["feed"], file["period"], file["unit"], body)
            assert taken.status == 201, (file["path"], taken.body[:600])
            assert taken.json()["committed"] == file["committed"], (file["path"], taken.body[:600])

    def agree(self, model: str, role: str, scope) -> None:
        listed = self.people["tax.analyst"].get("/v1/catalog/views").json()["items"]
        view = next(view for view in listed if view["name"] == VIEWS[model])
        assert view["model"]["id"] == model
        today = datetime.date.today()
        draft = {
            "consumer": "tax", "role": role, "view": view["name"], "purpose": "tax_risk", "scope": scope,
            "columns": {column["name"]: "clear" for column in view["columns"]},
            "limits": {"rows_max": 100_000, "bytes_max": 256 << 20},
            "valid_from": str(today), "valid_to": str(today + datetime.timedelta(days=90)),
            "basis": "《中华人民共和国税收征收管理法》第六条",
        }
        proposed = self.people["tax.reporter"].post("/v1/agreements", draft)
        assert proposed.status == 201, proposed.body
        path = f"/v1/agreements/{proposed.json()['id']}"
        for department in PROVIDERS[model]:
            approved = self.people[f"{department}.head"].post(f"{path}/approve", {})
            assert approved.status == 200, approved.body
        activated = self.people["hub.security"].post(f"{path}/activate", {})
        assert activated.status == 200, activated.body

    def leads(self, name: str = "tax.analyst", **asked) -> dict:
        reply = self.people[name].get("/v1/leads?" + urlencode({"limit": 1000, **asked}))
        assert reply.status == 200, reply.body[:800]
        return reply.json()


@pytest.fixture(scope="module")
def prefecture(tmp_path_factory):
    made = Prefecture(tmp_path_factory.mktemp("models"))
    for department in ("nrp", "prt", "fin", "tob", "tax"):
        made.admit(f"{department}.reporter", "reporter")
        made.admit(f"{department}.head", "reporter")
    made.admit("tax.analyst", "analyst_prefecture")
    made.admit("tax.fenghuang", "analyst_county", "433123")
    made.report()
    yield made
    made.hub.kill()


def period_of(hit: dict) -> str:
    """The label a planted case has: a month, or a quarter for M26."""
    year, month = hit["period_from"][:4], int(hit["period_from"][5:7])
    return f"{year}Q{(month + 2) // 3}" if hit["model"] == "M26" else f"{year}{month:02d}"


def found_by(leads: dict) -> dict[str, dict]:
    """By model: what makes a case, and the estimate."""
    found = defaultdict(dict)
    for lead in leads["items"]:
        for hit in lead["hits"]:
            key = (lead["entity_key"], hit["county_code"], hit["tax_code"], period_of(hit))
            found[hit["model"]][key] = hit["est_tax"]
    return found


def test_models_find_what_was_planted_and_little_else(prefecture, capsys):
    assert prefecture.people["tax.analyst"].get("/v1/leads").status == 403, "no agreement yet"
    for model in VIEWS:
        prefecture.agree(model, "analyst_prefecture", "all")
    leads = prefecture.leads()
    assert leads["complete"] and leads["next"] is None
    assert [model["answered"] for model in leads["models"]] == [True, True, True]
    found = found_by(leads)
    report, poor = [], []
    for model in VIEWS:
        cases = [case for case in prefecture.truth["cases"] if case["model"] == model]
        planted = {
            (case["taxpayer"], case["county"], case["tax_code"], case["period"]): case["expected"]
            for case in cases if not case["decoy"]
        }
        assert planted and len(planted) < len(cases), f"{model}: nothing was planted, or no decoy"
        hits = found[model]
        right = planted.keys() & hits.keys()
        precision, recall = len(right) / max(1, len(hits)), len(right) / len(planted)
        exact = sum(planted[key] == hits[key] for key in right)
        report.append(
            f"{model}: {len(planted)} planted, {len(cases) - len(planted)} decoys, {len(hits)} found, {len(right)} right,"
            f" precision {precision:.3f}, recall {recall:.3f}, {exact} to the fen"
        )
        if min(precision, recall) < LEAST or exact < LEAST * len(right):
            missed, wrong = sorted(planted.keys() - right)[:5], sorted(hits.keys() - right)[:5]
            differ = [(key, planted[key], hits[key]) for key in right if planted[key] != hits[key]][:5]
            poor.append(f"{model}: missed {missed}, wrong {wrong}, other amounts {differ}")
    with capsys.disabled():
        print("\n" + "\n".join(report))
    assert not poor, "\n".join(report + poor)


def test_a_taxpayer_with_several_hits_is_one_lead_with_evidence(prefecture):
    leads = prefecture.leads()
    keys = [lead["entity_key"] for lead in leads["items"]]
    assert len(keys) == len(set(keys))
    several = [lead for lead in leads["items"] if len(lead["hits"]) > 1]
    assert several
    for hit in (hit for lead in several for hit in lead["hits"]):
        feeds = {row["feed"] for row in hit["evidence"] if "feed" in row}
        assert feeds & {"nrp_land_grant", "prt_deal", "fin_procurement", "tob_leaf"}, hit
    total = sum(cents(hit["est_tax"]) for lead in leads["items"] for hit in lead["hits"])
    assert total == sum(cents(cell["est_tax"]) for cell in leads["sums"])
    one_by_one = [prefecture.leads(limit=1, after=n)["items"][0]["entity_key"] for n in range(3)]
    assert one_by_one == keys[:3]


def test_reruns_give_the_same_keys(prefecture):
    keys = [[hit["lead_key"] for lead in prefecture.leads()["items"] for hit in lead["hits"]] for _ in range(2)]
    assert sorted(keys[0]) == sorted(keys[1])
    assert len(set(keys[0])) == len(keys[0])


def test_a_county_sees_its_own_leads_and_a_model_without_an_agreement_is_named(prefecture):
    prefecture.agree("M05", "analyst_county", {"own_county": {"column": "county_code"}})
    own = prefecture.leads("tax.fenghuang")
    answered = {model["model"]: model["answered"] for model in own["models"]}
    assert answered == {"M05": True, "M26": False, "M35": False}
    counties = {hit["county_code"] for lead in own["items"] for hit in lead["hits"]}
    assert counties == {"433123"}
    asked = prefecture.leads(county="433123", model="M05")
    assert found_by(asked) == found_by(own)


def test_winners_from_elsewhere_are_information_and_no_lead(prefecture):
    told = prefecture.leads(kind="information")
    rules = {hit["rule"] for lead in told["items"] for hit in lead["hits"]}
    assert rules == {"M26.elsewhere"}
    leads = {lead["entity_key"] for lead in prefecture.leads(model="M26")["items"]}
    assert not leads & {lead["entity_key"] for lead in told["items"]}


def test_the_command_shows_leads_and_sums(prefecture):
    caller = prefecture.people["tax.analyst"]
    env = {"TAXHUB_URL": caller.base, "TAXHUB_TOKEN": caller.token}
    shown = binary.run("leads", "--county", "433101", env=env)
    assert shown.code == 0, shown
    assert "M05" in shown.out and "433101" in shown.out and "433122" not in shown.out.split("\n\n")[-1]
    document = binary.run("leads", "--model", "M35", "--format", "json", env=env).json()
    assert {hit["model"] for lead in document["items"] for hit in lead["hits"]} == {"M35"}


def cents(amount: str | None) -> int:
    return int((amount or "0.00").replace(".", ""))
