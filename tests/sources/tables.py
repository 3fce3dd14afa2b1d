"""Databases as the other side: rows of `pow_usage` in a table, on a server or in a file."""
import sqlite3
from contextlib import closing
from pathlib import Path

from line import Line
from peers import COMMON, Peer
from servers import PASSWORD, READER
from world.power_file import HEADER, Meter


class Table(Peer):
    """Rows in a table with the columns of the file. `run` does one statement, once or for each of some rows."""

    quote = '"'
    place = "%s"

    def run(self, sql: str, rows: list[list]) -> None:
        raise NotImplementedError

    def put(self, label: str, meters: list[Meter]) -> None:
        self.run(f"DELETE FROM meters WHERE {self.name('电费月')} = '{label}'", [])
        names = ", ".join(map(self.name, HEADER))
        places = ", ".join([self.place] * len(HEADER))
        rows = [[cell or None for cell in meter.record()] for meter in meters]
        self.run(f"INSERT INTO meters ({names}) VALUES ({places})", rows)

    def name(self, title: str) -> str:
        return f"{self.quote}{title}{self.quote}"

    def question(self) -> str:
        names = ", ".join(map(self.name, HEADER))
        return f"SELECT {names} FROM meters WHERE {self.name('电费月')} = :period"


class Database(Table):
    """On a server. Columns are text but for the numbers."""

    reading = "snapshot"
    port = 0

    def __init__(self, folder: Path, run):
        super().__init__(folder)
        self.run = run
        self.line = Line("127.0.0.1", self.port)
        self.secret(PASSWORD)

    def settings(self) -> str:
        return COMMON + f"""
[{self.kind}]
host = "127.0.0.1"
port = {self.line.port}
database = "power"
user = "{READER}"
password_file = "{self.folder / 'secret'}"
{self.trusted()}
[pull]
query = '''{self.question()}'''
key = "户号"
reading = "{self.reading}"
page_rows = 100
answer_seconds = 2
"""


class Postgres(Database):
    kind = "postgres"

    @staticmethod
    def table() -> str:
        columns = ", ".join(f'"{title}" {"numeric(18,2)" if title in NUMBERS else "text"}' for title in HEADER)
        return f'CREATE TABLE meters ({columns}, PRIMARY KEY ("户号", "电费月"))'


class PostgresByKey(Postgres):
    reading = "key"


class MariaDb(Database):
    kind = "mysql"
    quote = "`"

    @staticmethod
    def table() -> str:
        def kind(title: str) -> str:
            return "decimal(18,2)" if title in NUMBERS else "varchar(200)"

        columns = ", ".join(f"`{title}` {kind(title)}" for title in HEADER)
        return f"CREATE TABLE meters ({columns}, PRIMARY KEY (`户号`, `电费月`)) CHARACTER SET utf8mb4"


class MariaDbByKey(MariaDb):
    reading = "key"


NUMBERS = {"容量", "电量", "峰电量", "平电量", "谷电量", "电费"}


class Sqlite(Table):
    kind = "sqlite"
    place = "?"

    def __init__(self, folder: Path):
        super().__init__(folder)
        columns = ", ".join(f'"{title}" text' for title in HEADER)
        self.run(f"CREATE TABLE meters ({columns})", [])

    def run(self, sql: str, rows: list[list]) -> None:
        with closing(sqlite3.connect(self.folder / "power.db")) as file:
            if rows:
                file.executemany(sql, rows)
            else:
                file.execute(sql)
            file.commit()

    def settings(self) -> str:
        return COMMON + f"""
[sqlite]
file = "{self.folder / 'power.db'}"
[pull]
query = '''{self.question()}'''
key = "户号"
"""
