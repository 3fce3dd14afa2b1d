"""Every feed contract is an ODCS 3.1 document to a tool that is not ours: datacontract-cli with the schema it ships."""

import re
from pathlib import Path

import pytest

pytest.importorskip("datacontract", reason="datacontract-cli is not installed here; tests/run does it")
import yaml
from datacontract.data_contract import DataContract

FEEDS = Path(__file__).parents[2] / "schemas" / "feeds"
CONTRACTS = sorted(FEEDS.glob("*/*.yaml"))


def lint(text):
    """The outcome and what it is about, from the schema that ships with the tool: nothing is fetched."""
    run = DataContract(data_contract_str=text, all_errors=True).lint()
    return run.result.value, [f"{check.name}: {check.reason}" for check in run.checks if check.result.value != "passed"]


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_the_contract_is_valid_odcs(path):
    text = path.read_text(encoding="utf-8")
    assert yaml.safe_load(text)["apiVersion"] == "v3.1.0"
    assert lint(text) == ("passed", [])


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_a_table_made_from_it_elsewhere_has_our_columns_in_our_order_and_our_key(path):
    text = path.read_text(encoding="utf-8")
    [table] = yaml.safe_load(text)["schema"]
    sql = DataContract(data_contract_str=text).export("sql", sql_server_type="postgres")
    [body] = re.findall(r"CREATE TABLE \S+ \((.*?)\n\);", sql, re.DOTALL)
    lines = [line.strip().rstrip(",").lower() for line in body.splitlines() if line.strip()]
    key = sorted(
        (column["primaryKeyPosition"], column["name"]) for column in table["properties"] if column.get("primaryKey")
    )
    kinds = {"varchar": "text", "bigint": "bigint", "date": "date", "boolean": "boolean"}
    expected = []
    for column in table["properties"]:
        physical = column["physicalType"]
        kind = kinds.get(physical.split("(")[0], physical.replace("decimal", "numeric"))
        required = " not null" if column.get("required") else ""
        alone = " primary key" if [name for _, name in key] == [column["name"]] else ""
        expected.append(f"{column['name']} {kind}{required}{alone}")
    if len(key) > 1:
        expected.append(f"constraint pk_{path.stem} primary key ({', '.join(name for _, name in key)})")
    assert [line.replace('"', "") for line in lines] == expected


def test_there_are_contracts_and_the_tool_can_say_no():
    assert len(CONTRACTS) >= 21
    good = CONTRACTS[0].read_text(encoding="utf-8")
    for damaged in [
        good.replace("kind: DataContract", "kind: Table", 1),
        good.replace("logicalType: string", "logicalType: text", 1),
        good.replace("required: true", "required: perhaps", 1),
        good.replace("\nid: ", "\nidentity: ", 1),
    ]:
        assert damaged != good
        outcome, reasons = lint(damaged)
        assert outcome != "passed" and reasons
