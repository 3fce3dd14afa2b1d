"""A thousand odd text files that other people collected. Whatever they are, reading one ends soon, crashes nothing and
accounts for every byte; most of them are tables, and most of those have one width."""
import io
import random
import subprocess
import tarfile
from pathlib import Path

import pytest

from world import binary

FILE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "csv" / "duckdb_data_csv.tar.zst"
SEED, FILES = 7, 150
SECONDS_MAX = 10
BYTES_MAX = 4 << 20
# Not every odd file is one that we read: other charsets than ours are among them, and compressed files.
READ_MIN = 0.8


@pytest.fixture(scope="module")
def files() -> list[tuple[str, bytes]]:
    if not FILE.exists():
        pytest.skip(f"no collection at {FILE}: this proof needs the shared data folder")
    unpacked = subprocess.run(["zstd", "-dc", str(FILE)], capture_output=True)
    if unpacked.returncode:
        pytest.skip("zstd is missing")
    with tarfile.open(fileobj=io.BytesIO(unpacked.stdout)) as archive:
        members = [one for one in archive.getmembers() if one.isfile() and 0 < one.size <= BYTES_MAX]
        members = [one for one in members if one.name.endswith((".csv", ".tsv", ".txt", ".tbl"))]
        chosen = random.Random(SEED).sample(sorted(members, key=lambda one: one.name), min(FILES, len(members)))
        return [(one.name, archive.extractfile(one).read()) for one in chosen]


def test_odd_files_are_read_or_refused_with_a_reason(files, tmp_path):
    read = 0
    for name, content in files:
        path = tmp_path / "file"
        path.write_bytes(content)
        ran = binary.run("read", path, "--json", seconds=SECONDS_MAX)
        assert ran.code in (0, 1), (name, ran)
        document = ran.json()
        if ran.code == 1:
            assert document["code"].startswith("decode."), (name, document)
            continue
        read += 1
        if not document["empty"]:
            assert document["bytes_total"] == len(content), name
            assert sum(document["records"].values()) > 0, name
    assert read >= READ_MIN * len(files), f"{read} of {len(files)}"
