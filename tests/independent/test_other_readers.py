"""Our tables as others read them: delta-rs with Arrow C++, and DuckDB over the files. Run by tests/nightly.

We write data files, statistics and log entries ourselves, so somebody else has to agree with us about what is in them.
"""
from decimal import Decimal
from urllib.parse import unquote

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from deltalake import DeltaTable

from world import remains
from world.power_file import FEED


@pytest.fixture(scope="module")
def folder(shared) -> str:
    """Stands next to a running hub, whose answers are the other side."""
    return str(next(path.parent for path in shared.data.rglob("_delta_log") if path.parent.name == FEED))


@pytest.fixture(scope="module")
def theirs(folder) -> pa.Table:
    return pa.table(DeltaTable(folder).to_pyarrow_table())


def ours(shared, sql: str) -> list[list]:
    return shared.caller("tax.prefecture", "tax_risk").rows(sql)


def test_rows_and_sums_are_the_same(shared, theirs):
    rows, kwh, fee = ours(shared, "SELECT count(*), sum(kwh), sum(fee) FROM v_power_month")[0]
    assert theirs.num_rows == rows
    assert pc.sum(theirs["kwh"]).as_py() == Decimal(kwh)
    assert pc.sum(theirs["fee"]).as_py() == Decimal(fee)


def test_each_county_and_month_has_the_same_rows(shared, theirs):
    counted = theirs.group_by(["county_code", "month"]).aggregate([("kwh", "sum"), ("kwh", "count")]).to_pylist()
    seen = {(row["county_code"], row["month"]): (row["kwh_count"], row["kwh_sum"]) for row in counted}
    asked = ours(shared, "SELECT county_code, month, count(*), sum(kwh) FROM v_power_month GROUP BY 1, 2")
    assert seen == {(county, month): (count, Decimal(kwh)) for county, month, count, kwh in asked}


@pytest.mark.parametrize("bound", ["0", "100.00", "1999.99", "100000", "1000000", "9999999999"])
def test_skipping_files_by_our_statistics_loses_nothing(folder, theirs, bound):
    pruned = DeltaTable(folder).to_pyarrow_table(filters=[("kwh", ">", Decimal(bound))])
    everything = theirs.filter(pc.greater(theirs["kwh"], pa.scalar(Decimal(bound), theirs["kwh"].type)))
    assert pa.table(pruned).num_rows == everything.num_rows


def test_every_version_can_still_be_read(folder):
    newest = DeltaTable(folder).version()
    rows = [pa.table(DeltaTable(folder, version=version).to_pyarrow_table()).num_rows for version in range(newest + 1)]
    assert rows[0] == 0 and rows == sorted(rows)


def test_duckdb_counts_the_files_of_the_last_version_alike(shared, folder, theirs):
    live: set[str] = set()
    for commit in remains.delta_log(shared, FEED):
        live -= set(commit.removed)
        live |= {path for path, _, _ in commit.added}
    files = [f"{folder}/{unquote(path)}" for path in sorted(live)]
    assert duckdb.sql(f"SELECT count(*), sum(kwh) FROM read_parquet({files!r})").fetchall()[0] == (
        theirs.num_rows, pc.sum(theirs["kwh"]).as_py(),
    )


def test_columns_that_identify_hold_tokens_and_no_file_keeps_their_bounds(folder, theirs):
    numbers = theirs["account_no"].to_pylist()
    assert all(len(number) == 26 and not number.isdigit() for number in numbers)
    described = pa.table(DeltaTable(folder).get_add_actions(flatten=True))
    # Level 3 and 4 columns: a smallest value would be a value.
    shown = {name.split(".", 1)[1] for name in described.column_names if name.startswith(("min.", "max."))}
    assert not shown & {"account_no", "customer_name", "usc_code", "id_no", "address", "kwh", "fee", "entity_key"}
