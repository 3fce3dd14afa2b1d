"""What can be learned from the catalogue itself: names, columns, people. Never more than one's own agreements and the list
that everybody sees."""
import re

import pytest

from worlds import over_http, over_pg
from world import sql

COUNTY, PURPOSE = "tax.jishou", "tax_risk"

# Each asks for a name in its own way; `NAME` is a feed, a table of another schema, or nothing at all.
BY_NAME = [
    "SELECT 'NAME'::regclass",
    "SELECT CAST('NAME' AS regclass)::oid",
    "SELECT to_regclass('NAME')",
    "SELECT c.relname FROM pg_class c WHERE c.oid = 'NAME'::regclass",
    "SELECT count(*) FROM pg_class WHERE relname = 'NAME'",
    "SELECT has_table_privilege('NAME', 'SELECT')",
    "SELECT obj_description(to_regclass('NAME'), 'pg_class')",
    "SELECT count(*) FROM information_schema.columns WHERE table_name = 'NAME'",
    "SELECT has_table_privilege('tax.prefecture', 'NAME', 'SELECT')",
]


@pytest.mark.parametrize("statement", BY_NAME)
@pytest.mark.parametrize("hidden", ["pow_usage", "feeds.pow_usage", "pg_authid_of_others", "vault"])
def test_a_hidden_name_and_an_unknown_one_are_told_apart_by_nothing(shared, statement, hidden):
    unknown = re.sub(r"[a-z]", "q", hidden)
    for ask in (over_http, over_pg):
        told = ask(shared, COUNTY, PURPOSE, statement.replace("NAME", hidden)).replace(hidden, "NAME")
        assert told == ask(shared, COUNTY, PURPOSE, statement.replace("NAME", unknown)).replace(unknown, "NAME")


@pytest.mark.parametrize("relation", [
    "pg_authid", "pg_shadow", "pg_stats", "pg_statistic", "pg_stat_activity", "pg_locks", "pg_largeobject",
    "pg_hba_file_rules", "pg_file_settings", "pg_user_mapping", "pg_stat_user_tables", "pg_config",
])
def test_relations_about_rows_sessions_and_secrets_do_not_exist(shared, relation):
    unknown = "pg_" + "q" * (len(relation) - 3)
    for schema in ("", "pg_catalog."):
        told = over_pg(shared, COUNTY, PURPOSE, f"SELECT * FROM {schema}{relation}").replace(relation, "NAME")
        assert told == over_pg(shared, COUNTY, PURPOSE, f"SELECT * FROM {schema}{unknown}").replace(unknown, "NAME")
        assert told.startswith("42P01")


@pytest.mark.parametrize("call", [
    "pg_read_file('/etc/passwd')", "pg_ls_dir('/')", "pg_sleep(1)", "pg_terminate_backend(1)", "set_config('a', 'b', false)",
    "lo_import('/etc/passwd')", "pg_stat_file('/')", "inet_server_addr()", "pg_postmaster_start_time()",
    "query_to_xml('SELECT 1', true, true, '')", "dblink('a', 'b')", "txid_current()", "pg_current_wal_lsn()",
])
def test_functions_that_do_or_tell_more_are_not_offered(shared, call):
    for name in (call, f"pg_catalog.{call}"):
        assert sql.ask_once(shared, COUNTY, PURPOSE, f"SELECT {name}").sqlstate in ("42883", "0A000")


def test_nobody_is_told_about_anybody_else(shared):
    others = [name for name in shared.accounts() if name != COUNTY]
    for relation in ("pg_roles", "pg_user", "information_schema.enabled_roles", "information_schema.table_privileges",
                     "pg_class", "pg_database", "pg_namespace", "pg_description", "pg_settings", "pg_auth_members", "pg_group"):
        said = over_pg(shared, COUNTY, PURPOSE, f"SELECT * FROM {relation}")
        assert said.startswith("None"), said
        assert not any(other in said for other in others), relation


def test_a_list_grows_only_as_far_as_a_function_may_build(shared):
    said = sql.ask_once(
        shared, COUNTY, PURPOSE, "SELECT length(array_to_string(repeat('{a,b,c}', 1), repeat('x', 10000000)))"
    )
    assert said.sqlstate == "54000"


def test_object_ids_are_the_same_for_everybody(shared):
    asked = "SELECT relname, oid FROM pg_class ORDER BY 1"
    seen = [dict(sql.ask_once(shared, name, purpose, asked).rows)
            for name, purpose in ((COUNTY, PURPOSE), ("fin.budget", "budget_forecast"), ("pow.reporter", None))]
    names = set.intersection(*(set(one) for one in seen))
    assert names and all(one[name] == seen[0][name] for one in seen for name in names)
    assert len(set(seen[0].values())) == len(seen[0])
