"""Departments are reminded: by mail through a real SMTP server with TLS and a password, and by a signed call."""
import datetime
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import re
import socket
import sqlite3
import ssl
import threading
import time

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from world import remains
from world.http import eventually
from world.hub import StartRefused

PASSWORD, SECRET = "mail-Password-7", "hook-Secret-7"
CONTACTS = """
[office]
mail = ["office@tg.example"]

[[department]]
code = "pow"
mail = ["clerk@pow.example"]
escalate = ["head@pow.example"]
"""


class Box:
    """Takes mail, or answers with a refusal."""

    def __init__(self):
        self.taken, self.refusal, self.tls = [], None, []

    async def handle_DATA(self, server, session, envelope):
        if self.refusal:
            return self.refusal
        self.tls.append(session.ssl is not None)
        self.taken.append(envelope)
        return "250 taken"


@pytest.fixture
def mail(tmp_path):
    """A mail server that wants STARTTLS and a password: its box, its port, its authority."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def sign_in(server, session, envelope, mechanism, data):
        good = (data.login, data.password) == (b"taxhub", PASSWORD.encode())
        return AuthResult(success=good, handled=False, message=None if good else "535 no")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Box()
    server = Controller(
        box, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True,
        authenticator=sign_in, auth_required=True,
    )
    server.start()
    yield box, port, tmp_path / "ca.pem"
    server.stop()


@pytest.fixture
def hook():
    """A program that hears of reminders: what it heard, and its address."""
    heard = []

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            heard.append((dict(self.headers.items()), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield heard, f"http://127.0.0.1:{server.server_port}/hooks"
    server.shutdown()


def settings(hub, section: str, **values) -> None:
    """Changes keys of one table of `taxhub.toml`, which has all of them."""
    file = hub.folder / "taxhub.toml"
    text = file.read_text(encoding="utf-8")
    start = text.index(f"[{section}]\n")
    end = text.find("\n[", start + 1)
    table = text[start:end if end > 0 else len(text)]
    for key, value in values.items():
        changed = re.sub(rf"(?m)^{key} = .*$", lambda _: f"{key} = {json.dumps(value)}", table)
        assert changed != table or f"{key} = {json.dumps(value)}" in table, key
        table = changed
    file.write_text(text[:start] + table + text[end if end > 0 else len(text):], encoding="utf-8")


def every_day_is_worked(hub) -> None:
    """Reminders keep to working days and office hours; the test may run on a Sunday night."""
    year = datetime.date.today().year
    notices = []
    for year in (year, year + 1):
        days = [datetime.date(year, 1, 1) + datetime.timedelta(n) for n in range(366)]
        weekend = [day.isoformat() for day in days if day.year == year and day.weekday() >= 5]
        notices.append(
            f'[[notice]]\nyear = {year}\nsource = "test"\nnumber = "test"\nissued = 2025-01-01\nconfirmed_by = "test"\n'
            f'working = [{", ".join(weekend)}]\n'
        )
    (hub.folder / "workdays.toml").write_text("\n".join(notices), encoding="utf-8")
    settings(hub, "duties", workdays_file="workdays.toml")
    settings(hub, "reminders", **{"from": "00:00", "until": "23:59"})
    # The day's last minute is nobody's office hour, and a reminder needs some seconds.
    china = datetime.timezone(datetime.timedelta(hours=8))
    while (now := datetime.datetime.now(china)).hour == 23 and now.minute >= 58:
        time.sleep(1)


def secret(hub, name: str, text: str) -> str:
    file = hub.folder / name
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return name


def with_reminders(hub, mail=None, hook=None, password=PASSWORD) -> None:
    every_day_is_worked(hub)
    (hub.folder / "contacts.toml").write_text(CONTACTS, encoding="utf-8")
    settings(hub, "reminders", contacts_file="contacts.toml", page_url="https://hub.example/duties")
    if mail:
        settings(
            hub, "reminders.mail", host="127.0.0.1", port=mail[1], security="starttls", user="taxhub",
            password_file=secret(hub, "mail.password", password), ca_file=str(mail[2]), **{"from": "taxhub@tg.example"},
        )
    if hook:
        settings(hub, "reminders.webhook", url=hook[1], secret_file=secret(hub, "hook.secret", SECRET), allow_http=True)


def read(envelope):
    return email.message_from_bytes(envelope.content, policy=email.policy.default)


def states(hub) -> list[tuple]:
    with remains.registry(hub) as registry:
        return registry.execute("SELECT stage, channel, attempts, sent_at IS NOT NULL, code FROM reminders").fetchall()


def test_what_is_late_is_told_once_over_tls_to_clerk_head_and_office(idle, mail, hook):
    with_reminders(idle, mail, hook)
    with idle:
        # One letter about power; one to the office about the departments that nobody can be written to.
        eventually(lambda: len(mail[0].taken) == 2, seconds=20)
        [envelope] = [one for one in mail[0].taken if "clerk@pow.example" in one.rcpt_tos]
        [to_office] = [one for one in mail[0].taken if one is not envelope]
        assert envelope.rcpt_tos == ["clerk@pow.example", "head@pow.example", "office@tg.example"]
        assert to_office.rcpt_tos == ["office@tg.example"] and mail[0].tls == [True, True]
        message = read(envelope)
        assert message["auto-submitted"] == "auto-generated" and "报送督办" in message["subject"]
        body = message.get_content()
        assert "用电量（pow_usage），所属期 202604，报送单位 433100，期限 2026-05-10" in body, body
        assert "Electricity consumption" in body and "https://hub.example/duties" in body
        assert "202603" not in body, "the month that came is not told"
        assert "pow_usage" not in read(to_office).get_content()
        late = idle.caller("pow.reporter").get("/v1/duties?feed=pow_usage&overdue=true").json()
        for duty in late["items"]:
            assert f"所属期 {duty['period']}" in body
        told = eventually(lambda: [one for one in late_duties(idle) if one["reminded"] == ["escalated"]])
        assert len(told) == late["total"]

        # Programs hear of every department's, people only of their own.
        eventually(lambda: hook[0], seconds=20)
        headers, heard = hook[0][0]
        headers = {key.lower(): value for key, value in headers.items()}
        signed = hmac.new(SECRET.encode(), headers["x-taxhub-timestamp"].encode() + b"." + heard, hashlib.sha256)
        assert headers["x-taxhub-signature"] == f"sha256={signed.hexdigest()}"
        calls = [json.loads(body) for _, body in hook[0]]
        assert {duty["department"] for call in calls for duty in call["duties"]} > {"pow", "wat"}

        entries = json.dumps(idle.caller("hub.audit").get("/v1/audit?limit=200").json())
        assert '"remind"' in entries and "clerk@pow.example" not in entries
    with idle:
        assert idle.caller("pow.reporter").get("/v1/duties").status == 200
        heard = len(hook[0])
        time.sleep(2)
        assert len(mail[0].taken) == 2 and len(hook[0]) == heard, "a restart tells nobody twice"


def late_duties(hub) -> list[dict]:
    return hub.caller("pow.reporter").get("/v1/duties?feed=pow_usage&overdue=true").json()["items"]


def test_a_refusal_of_the_mail_server_is_tried_again_later(idle, mail):
    with_reminders(idle, mail)
    mail[0].refusal = "451 try again later"
    with idle:
        failed = eventually(lambda: states(idle), seconds=20)
        assert {row[1:] for row in failed} == {("mail", 1, 0, "reminder.mail_refused")}
    # The time to try again has come.
    file = next(path for path in idle.data.rglob("*") if path.suffix in (".sqlite", ".db"))
    with sqlite3.connect(file) as registry:
        registry.execute("UPDATE reminders SET again_at = '2026-01-01T00:00:00.000000Z'")
    mail[0].refusal = None
    with idle:
        eventually(lambda: mail[0].taken, seconds=20)
        assert eventually(lambda: {row[1:] for row in states(idle)} == {("mail", 2, 1, None)})


def test_a_wrong_password_and_an_unknown_authority_send_nothing(idle, mail, tmp_path):
    with_reminders(idle, mail, password="wrong")
    with idle:
        failed = eventually(lambda: states(idle), seconds=20)
        assert {row[4] for row in failed} == {"reminder.mail_sign_in"}
    other = trustme.CA()
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    settings(idle, "reminders.mail", ca_file=str(tmp_path / "other.pem"))
    file = next(path for path in idle.data.rglob("*") if path.suffix in (".sqlite", ".db"))
    with sqlite3.connect(file) as registry:
        registry.execute("DELETE FROM reminders")
    with idle:
        failed = eventually(lambda: states(idle), seconds=20)
        assert {row[4] for row in failed} == {"reminder.mail_untrusted"}
    assert mail[0].taken == []


def test_outside_office_hours_nobody_is_disturbed(idle, mail):
    with_reminders(idle, mail)
    # An hour that is not now, whenever the test runs.
    hour = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8 + 3)).hour
    settings(idle, "reminders", **{"from": f"{hour:02}:00", "until": f"{hour:02}:30"})
    with idle:
        assert late_duties(idle)
        assert idle.caller("pow.reporter").get("/v1/duties").status == 200
        assert mail[0].taken == [] and states(idle) == []


@pytest.mark.parametrize("broken", ["contacts", "secret", "workdays"])
def test_a_broken_file_stops_the_start_with_its_code(idle, mail, broken):
    with_reminders(idle, mail)
    code = {"contacts": "hub.contacts_unusable", "secret": "reminder.secret_open", "workdays": "hub.workdays_unusable"}[broken]
    if broken == "contacts":
        (idle.folder / "contacts.toml").write_text("[[department]]\ncode = 'pow'\nmail = ['nobody']\n")
    elif broken == "secret":
        (idle.folder / "mail.password").chmod(0o644)
    else:
        (idle.folder / "workdays.toml").write_text("[[notice]]\nyear = 2026\n")
    with pytest.raises(StartRefused) as refused:
        idle.start()
    words = {"contacts": "联系人", "secret": "0600", "workdays": "节假日"}[broken]
    assert words in refused.value.said, (code, refused.value.said)
