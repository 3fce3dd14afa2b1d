"""The PostgreSQL gateway: psycopg where values matter, psql where the tool itself is the point."""
import os
import shutil
import subprocess
from dataclasses import dataclass

import psycopg

from world.hub import Hub


@dataclass(frozen=True)
class Said:
    """What a statement gave back: rows, or an error as a driver shows it."""

    rows: tuple = ()
    columns: tuple[str, ...] = ()
    sqlstate: str | None = None
    message: str = ""


def connect(hub: Hub, name: str, purpose: str | None = None, token: str | None = None, **options) -> psycopg.Connection:
    host, port = hub.pg.split(":")
    startup = f"-c taxhub.purpose={purpose}" if purpose else None
    if startup:
        options.setdefault("options", startup)
    return psycopg.connect(
        host=host, port=int(port), user=name, dbname="taxhub", autocommit=True, connect_timeout=10,
        password=token if token is not None else hub.accounts()[name].token, **options,
    )


def ask(connection: psycopg.Connection, sql: str, parameters=None) -> Said:
    try:
        cursor = connection.execute(sql, parameters)
    except psycopg.Error as error:
        primary = error.diag.message_primary or str(error)
        parts = [primary, error.diag.message_detail, error.diag.message_hint]
        return Said(sqlstate=error.sqlstate, message="\n".join(part for part in parts if part))
    if cursor.description is None:
        return Said()
    return Said(tuple(cursor.fetchall()), tuple(column.name for column in cursor.description))


def ask_once(hub: Hub, name: str, purpose: str | None, sql: str, parameters=None) -> Said:
    with connect(hub, name, purpose) as connection:
        return ask(connection, sql, parameters)


def psql(hub: Hub, name: str, *commands: str, token: str | None = None, purpose: str | None = None):
    """Runs psql with each command as `-c`; tuples only, unaligned. `None` when there is no psql here."""
    program = shutil.which("psql")
    if program is None:
        return None
    host, port = hub.pg.split(":")
    env = {
        **os.environ, "PGPASSWORD": token if token is not None else hub.accounts()[name].token,
        "PGCONNECT_TIMEOUT": "10", "PSQLRC": "/dev/null", "LC_ALL": "C.UTF-8",
    }
    if purpose:
        env["PGOPTIONS"] = f"-c taxhub.purpose={purpose}"
    words = [part for command in commands for part in ("-c", command)]
    return subprocess.run(
        [program, "-X", "-w", "-h", host, "-p", port, "-U", name, "-d", "taxhub", "-At", "-v", "VERBOSITY=verbose", *words],
        env=env, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )
