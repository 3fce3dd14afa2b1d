"""Real servers, started by the test on free ports with data of their own, and ended with it."""
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

READER, PASSWORD = "reader", "quiet-River-88"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def program(name: str, *folders: str) -> str:
    """Where a program is, or a skip that says which one is missing."""
    found = shutil.which(name) or next((str(path) for folder in folders for path in Path("/").glob(f"{folder}/{name}")), None)
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


def until_it_listens(port: int, process: subprocess.Popen, seconds: float = 180) -> None:
    until = time.monotonic() + seconds
    while True:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < until, "the server does not listen"
            time.sleep(0.1)


def end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def postgres(authority):
    """A PostgreSQL server with passwords by SCRAM, and TLS for those who want it; its port. It runs as somebody else, who
    must not depend on the modes that pytest gives its folders, so it has one of its own."""
    where = "usr/lib/postgresql/*/bin"
    initdb, server = program("initdb", where), program("postgres", where)
    # It refuses to run as root.
    owner = {}
    folder = Path(tempfile.mkdtemp(prefix="taxhub-postgres-"))
    if os.geteuid() == 0:
        user = next((name for name in ("postgres", "nobody") if name in {one.pw_name for one in pwd.getpwall()}), None)
        known = pwd.getpwnam(user)
        os.chown(folder, known.pw_uid, known.pw_gid)
        owner = {"user": known.pw_uid, "group": known.pw_gid, "extra_groups": []}
    data, secret = folder / "data", folder / "secret"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    certificate, key = proof(folder, authority, **owner)
    made = [initdb, "-D", data, "-U", "owner", "--pwfile", secret, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "-N"]
    subprocess.run(list(map(str, made)), check=True, stdout=subprocess.DEVNULL, cwd=folder, **owner)
    port = free_port()
    command = [server, "-D", data, "-p", port, "-h", "127.0.0.1", "-k", "", "-F", "-c", "shared_buffers=16MB",
               "-c", "ssl=on", "-c", f"ssl_cert_file={certificate}", "-c", f"ssl_key_file={key}"]
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, cwd=folder, **owner)
    try:
        until_it_listens(port, process)
        yield port
    finally:
        end(process)
        shutil.rmtree(folder)


def proof(folder: Path, authority, user: int | None = None, group: int | None = None, **_) -> tuple[Path, Path]:
    """Files with a certificate for this machine and its key, which only the server may read."""
    certificate, key = folder / "server.pem", folder / "server.key"
    issued = authority.issue_cert("127.0.0.1", "localhost")
    certificate.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    for file in (certificate, key):
        file.chmod(0o600)
        if user is not None:
            os.chown(file, user, group)
    return certificate, key


@contextmanager
def mariadb(folder: Path, authority):
    """A MariaDB server, and TLS for those who want it; its port. `root` has no password and comes from this machine
    only."""
    server = program("mariadbd", "usr/sbin", "usr/libexec")
    install = program("mariadb-install-db", "usr/bin")
    program("my_print_defaults", "usr/bin")
    data = folder / "data"
    folder.mkdir()
    who = ["--user=root"] if os.geteuid() == 0 else []
    made = [install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
            "--skip-test-db", *who]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    certificate, key = proof(folder, authority)
    port = free_port()
    command = [server, "--no-defaults", f"--ssl-cert={certificate}", f"--ssl-key={key}", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1",
               f"--socket={folder / 's'}", f"--pid-file={folder / 'pid'}", "--skip-log-bin",
               "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", "--skip-name-resolve", *who]
    with open(folder.parent / "mariadb.log", "w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until_it_listens(port, process)
        yield port
    finally:
        end(process)
