"""Memory while one file much larger than any buffer goes through: hub and workers together."""
import re
from pathlib import Path

from intake import generate, send
from stopwatch import Peak, once, resident_kib, family

# A row of the generated months is about this long in GB18030; the file is made a little too large rather than too small.
ROW_BYTES = 118


def measure(hub, scratch: Path, gib: float) -> None:
    """`hub` is not running; its limits are raised to let the file in."""
    rows = int(gib * (1 << 30) / ROW_BYTES)
    config = hub.folder / "taxhub.toml"
    text = config.read_text(encoding="utf-8")
    raised = {"submission_bytes": int(2 * gib * (1 << 30)), "check_seconds": 3600}
    for key, value in raised.items():
        text = re.sub(rf"(?m)^{key}\s*=.*$", f"{key} = {value}", text)
        if f"\n{key} = {value}" not in text:
            text = text.replace("[limits]", f"[limits]\n{key} = {value}", 1) if "[limits]" in text else f"{text}\n[limits]\n{key} = {value}\n"
    config.write_text(text, encoding="utf-8")
    file = generate(scratch / "large", rows, ["--gb18030"])
    size = file.stat().st_size
    with hub:
        idle = sum(resident_kib(pid) for pid in family(hub.pid)) / 1024
        with Peak(hub.pid) as peak:
            took = once(lambda: send(hub, file))
    file.unlink()
    print(
        f"bench: {size / (1 << 30):.2f} GiB, {rows} rows: {took:.0f} s, {size / took / (1 << 20):.1f} MiB/s, "
        f"peak memory {peak.mib:.0f} MiB of hub and workers, idle {idle:.0f} MiB"
    )
