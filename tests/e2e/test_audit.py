"""What was done can be looked up, and a log that was touched is known to be."""
from world import binary, remains
from world.power_file import FEED, UNIT, csv, month


def entries(hub, kind: str) -> list[dict]:
    """Entries of one kind, the newest first."""
    listed = hub.caller("hub.audit").get("/v1/audit?limit=1000").json()
    return [one for one in listed["items"] if one["kind"] == kind]


def test_the_log_of_the_sample_world_verifies(idle):
    ran = binary.run("audit", "verify", "--dir", idle.data)
    assert ran.code == 0, ran


def test_one_flipped_bit_is_found_wherever_it_is(idle):
    log = remains.audit_log(idle)
    untouched = log.read_bytes()
    for place in (5, len(untouched) // 2, len(untouched) - 3):
        touched = bytearray(untouched)
        touched[place] ^= 1
        log.write_bytes(touched)
        ran = binary.run("audit", "verify", "--dir", idle.data)
        assert ran.code != 0, place
    log.write_bytes(untouched)
    assert binary.run("audit", "verify", "--dir", idle.data).code == 0


def test_a_log_with_a_line_taken_out_or_cut_short_is_found(idle):
    log = remains.audit_log(idle)
    lines = log.read_bytes().splitlines(keepends=True)
    for fewer in (lines[:-1], lines[:3] + lines[4:], lines[1:]):
        log.write_bytes(b"".join(fewer))
        assert binary.run("audit", "verify", "--dir", idle.data).code != 0


def test_a_question_leaves_one_entry_with_purpose_and_counts_and_without_rows(own):
    caller = own.caller("tax.jishou", "tax_risk")
    caller.rows("SELECT account_no FROM v_power_month LIMIT 7")
    last = entries(own, "query")[0]
    assert (last["person"], last["purpose"]) == ("tax.jishou", "tax_risk")
    assert "433101" not in str(last.get("rows_sample", ""))
    assert str(7) in str(last)


def test_denials_sign_ins_and_submissions_are_recorded(own):
    own.caller("fin.budget", "budget_forecast").query("SELECT * FROM v_power_month")
    own.caller(None).post("/v1/login", {"name": "tax.jishou", "password": "wrong"})
    own.caller("pow.reporter").submit(FEED, "202506", UNIT, csv(month(3, label="202506")))
    for kind in ("denial", "sign_in", "submission"):
        assert entries(own, kind), kind


def test_raw_identifiers_are_nowhere_in_the_folder(own):
    """Vault, quarantine and reveal store are sealed, tables hold tokens, log and registry hold neither."""
    number = "2277665544"
    meters = month(50, label="202506")
    meters[0] = meters[0].with_cell("户号", number)
    meters[1] = meters[1].with_cell("户号", number[:-1] + "3").with_cell("电量", "x")
    own.caller("pow.reporter").submit(FEED, "202506", UNIT, csv(meters))
    own.stop()
    for file in remains.files(own):
        held = remains.plain_bytes(file)
        assert number.encode() not in held and (number[:-1] + "3").encode() not in held, file
