"""A hub with one source, and the other side of it."""
import datetime
import itertools
import re
from dataclasses import dataclass

import pymysql
import psycopg
import pytest
import trustme
from moto.server import ThreadedMotoServer

import peers
import servers
import tables
from servers import PASSWORD, READER
from world import hub as hubs
from world.hub import ALL_BUT_POWER, Hub
from world.http import eventually

NAME = "power"
_numbers = itertools.count()


@dataclass
class Road:
    """A hub whose only source is `peer`."""

    hub: Hub
    peer: peers.Peer
    label: str

    def settle(self) -> None:
        """Writes the settings; the hub must not be running."""
        folder = self.hub.folder / "sources"
        folder.mkdir(exist_ok=True)
        settings = self.peer.settings()
        for was, now in self.peer.exchange.items():
            assert settings.count(was) == 1, was
            settings = settings.replace(was, now)
        (folder / f"{NAME}.toml").write_text(settings, encoding="utf-8")
        self.configure(r'sources_dir = ".*"', 'sources_dir = "sources"')

    def configure(self, was: str, now: str) -> None:
        """Exchanges one line of the hub's settings; the hub must not be running."""
        file = self.hub.folder / "taxhub.toml"
        text, count = re.subn(f"(?m)^{was}$", now, file.read_text(encoding="utf-8"))
        assert count == 1, was
        file.write_text(text, encoding="utf-8")

    def start(self) -> "Road":
        self.settle()
        self.hub.start()
        self.look()
        return self

    def seen(self) -> dict:
        reply = self.hub.caller("hub.system").get(f"/v1/sources/{NAME}")
        assert reply.status == 200, reply.body
        return reply.json()

    def ring(self) -> None:
        rung = self.hub.caller("hub.system").post(f"/v1/sources/{NAME}/run", {})
        assert rung.status == 202, rung.body

    def look(self, ring: bool = False) -> dict:
        """The source after its next look. A hub that has just started looks by itself."""
        before = self.seen()["looked_at"] if ring else None
        if ring:
            self.ring()

        def looked():
            seen = self.seen()
            return seen if seen["next_at"] and seen["looked_at"] != before and not self.busy(seen) else None

        return eventually(looked, seconds=60)

    @staticmethod
    def busy(seen: dict) -> bool:
        # A parcel on its way; and `next_at` is written last.
        on_its_way = any(parcel["state"] == "claimed" for parcel in seen["parcels"])
        return on_its_way or seen["next_at"] <= seen["looked_at"]

    def again(self) -> dict:
        return self.look(ring=True)

    def settled(self, seen: dict) -> list[dict]:
        """Receipts of what came, oldest first."""
        ours = [parcel for parcel in seen["parcels"] if parcel["state"] == "settled"]
        caller = self.hub.caller("pow.reporter")
        found = {}
        for parcel in sorted(ours, key=lambda one: one["changed_at"]):
            reply = caller.get(f"/v1/submissions/{parcel['submission']}")
            assert reply.status == 200, reply.body
            found[parcel["submission"]] = reply.json()
        return list(found.values())

    def current(self) -> dict | None:
        """The submission that the slot of the period holds."""
        held = [one for one in self.settled(self.seen()) if one["current"]]
        assert len(held) <= 1
        return held[0] if held else None


@pytest.fixture(scope="session")
def power(tmp_path_factory) -> Hub:
    """The sample world with the feeds of power only."""
    return hubs.demo(tmp_path_factory.mktemp("power") / "demo", ALL_BUT_POWER)


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> trustme.CA:
    """Who vouches for the servers; `authority.file` is its certificate."""
    authority = trustme.CA()
    authority.file = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(authority.file)
    return authority


@pytest.fixture(scope="session")
def postgres_server(authority):
    with servers.postgres(authority) as port:
        with psycopg.connect(host="127.0.0.1", port=port, user="owner", password=PASSWORD, dbname="postgres",
                             autocommit=True) as server:
            server.execute(f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'")
        yield port


@pytest.fixture(scope="session")
def store():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory, authority):
    folder = tmp_path_factory.mktemp("maria")
    with servers.mariadb(folder / "server", authority) as port:
        with pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True) as server:
            server.cursor().execute(f"CREATE USER '{READER}'@'%' IDENTIFIED BY '{PASSWORD}'")
        yield port


def on_postgres(port: int, folder, kind) -> tables.Postgres:
    there = {"host": "127.0.0.1", "port": port, "user": "owner", "password": PASSWORD, "autocommit": True}
    with psycopg.connect(dbname="postgres", **there) as server:
        server.execute("DROP DATABASE IF EXISTS power WITH (FORCE)")
        server.execute("CREATE DATABASE power")

    def run(sql: str, rows: list[list]) -> None:
        with psycopg.connect(dbname="power", **there) as server:
            if rows:
                server.cursor().executemany(sql, rows)
            else:
                server.execute(sql)

    run(kind.table(), [])
    run(f"GRANT SELECT ON meters TO {READER}", [])
    kind.port = port
    return kind(folder, run)


def on_mariadb(port: int, folder, kind) -> tables.MariaDb:
    there = {"host": "127.0.0.1", "port": port, "user": "root", "autocommit": True, "charset": "utf8mb4"}
    with pymysql.connect(**there) as server:
        cursor = server.cursor()
        cursor.execute("DROP DATABASE IF EXISTS power")
        cursor.execute("CREATE DATABASE power CHARACTER SET utf8mb4")
        cursor.execute(f"GRANT SELECT ON power.* TO '{READER}'@'%'")

    def run(sql: str, rows: list[list]) -> None:
        with pymysql.connect(database="power", **there) as server:
            if rows:
                server.cursor().executemany(sql, rows)
            else:
                server.cursor().execute(sql)

    run(kind.table(), [])
    kind.port = port
    return kind(folder, run)


KINDS = ["folder", "objects", "http", "sqlite", "postgres", "postgres_by_key", "mariadb", "mariadb_by_key"]


@pytest.fixture
def made(request, power, tmp_path, tmp_path_factory):
    """Makes roads: a world that is not running, with the other side of one kind."""
    roads = []

    def one(kind: str) -> Road:
        peer = make(kind, request, tmp_path)
        hub = power.copy_to(tmp_path_factory.mktemp("hub") / f"copy{next(_numbers)}")
        roads.append(Road(hub, peer, last_month()))
        return roads[-1]

    yield one
    for road in roads:
        road.hub.kill()
        road.peer.close()


@pytest.fixture(params=KINDS)
def road(request, made) -> Road:
    return made(request.param)


@pytest.fixture
def drop(made) -> Road:
    return made("folder")


def make(kind: str, request, folder) -> peers.Peer:
    match kind:
        case "folder":
            return peers.Drop(folder)
        case "objects":
            return peers.Bucket(folder, request.getfixturevalue("store"))
        case "http":
            return peers.Web(folder)
        case "https":
            return peers.Web(folder, request.getfixturevalue("authority"))
        case "sqlite":
            return tables.Sqlite(folder)
        case "postgres":
            return on_postgres(request.getfixturevalue("postgres_server"), folder, tables.Postgres)
        case "postgres_by_key":
            return on_postgres(request.getfixturevalue("postgres_server"), folder, tables.PostgresByKey)
        case "mariadb":
            return on_mariadb(request.getfixturevalue("mariadb_server"), folder, tables.MariaDb)
        case "mariadb_by_key":
            return on_mariadb(request.getfixturevalue("mariadb_server"), folder, tables.MariaDbByKey)
    raise AssertionError(kind)


def last_month() -> str:
    """The month that is over, by the calendar in China."""
    today = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=8)).date()
    return (today.replace(day=1) - datetime.timedelta(days=1)).strftime("%Y%m")
