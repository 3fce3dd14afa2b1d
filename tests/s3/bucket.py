"""Buckets of an S3-compatible server in this process, and hubs whose lake is in one of them."""
import itertools
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import boto3

from proxy import Proxy
from world import remains
from world.hub import ALL_BUT_POWER, Hub

KEY_ID, SECRET, PREFIX = "hub", "not-to-be-seen-anywhere", "centre/lake"
_numbers = itertools.count()


@dataclass
class Bucket:
    client: object
    name: str

    @staticmethod
    def make(endpoint: str) -> "Bucket":
        client = boto3.client(
            "s3", endpoint_url=endpoint, region_name="us-east-1",
            aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET,
        )
        bucket = Bucket(client, f"lake-{next(_numbers)}")
        client.create_bucket(Bucket=bucket.name)
        return bucket

    def keys(self, prefix: str = "") -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return [one["Key"] for page in pages for one in page.get("Contents", [])]

    def read(self, key: str) -> bytes:
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def fill_from(self, other: "Bucket") -> "Bucket":
        for key in other.keys():
            self.client.put_object(Bucket=self.name, Key=key, Body=other.read(key))
        return self

    def commits(self, feed: str) -> list[remains.Commit]:
        """The log of a feed's table, read without the hub's help."""
        keys = [key for key in self.keys(f"{PREFIX}/feeds/{feed}/_delta_log/") if re.search(r"/\d{20}\.json$", key)]
        return [remains.commit(Path(key).name, self.read(key).decode()) for key in sorted(keys)]


@dataclass
class World:
    """A hub, its bucket, and the proxy between them."""

    hub: Hub
    bucket: Bucket
    proxy: Proxy

    def copy(self, folder: Path, endpoint: str) -> "World":
        """The same once more, with a bucket and a proxy of its own. The hub must not be running."""
        copy = World(self.hub.copy_to(folder), Bucket.make(endpoint).fill_from(self.bucket), Proxy(endpoint))
        settle_in(folder, copy.bucket, copy.proxy)
        return copy

    def close(self) -> None:
        self.hub.kill()
        self.proxy.close()


def settle_in(folder: Path, bucket: Bucket, proxy: Proxy) -> None:
    """Writes the settings of a hub whose lake is in the bucket, behind the proxy."""
    folder.mkdir(exist_ok=True)
    secret = folder / "secret"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    secret.chmod(0o600)
    (folder / "taxhub.toml").write_text(
        f'''[lake]
url = "s3://{bucket.name}/{PREFIX}"
endpoint = "{proxy.url}"
access_key_id = "{KEY_ID}"
secret_file = "secret"
allow_http = true

[feeds]
absent = [{", ".join(f'"{name}"' for name in ALL_BUT_POWER.split(","))}]

[listen]
http = "127.0.0.1:0"
pg = "127.0.0.1:0"

[log]
level = "info"
''', encoding="utf-8")
    shutil.rmtree(folder / "data" / "lake", ignore_errors=True)
