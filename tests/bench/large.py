"""Memory while one file much larger than any buffer goes through: hub and workers together."""
import re
from pathlib import Path

from intake import generate, send
from stopwatch import Peak, held_mib, once

# A row of the generated months is about this long in GB18030.
ROW_BYTES = 118
# As many rows as the contract of electricity takes; a larger file has longer addresses, up to the contract's 300 characters.
ROWS_MAX = 5_000_000
ADDRESS = 7
ADDRESS_CHARS_MAX = 240


def measure(hub, scratch: Path, gib: float) -> None:
    """`hub` is not running; its limits are raised to let the file in."""
    size = int(gib * (1 << 30))
    rows = min(ROWS_MAX, size // ROW_BYTES)
    longer = min(ADDRESS_CHARS_MAX, max(0, (size - rows * ROW_BYTES + 2 * rows - 1) // (2 * rows)))
    config = hub.folder / "taxhub.toml"
    text = config.read_text(encoding="utf-8")
    raised = {"submission_bytes": 2 * size, "check_seconds": 3600}
    for key, value in raised.items():
        text = re.sub(rf"(?m)^{key}\s*=.*$", f"{key} = {value}", text)
        if f"\n{key} = {value}" not in text:
            text = text.replace("[limits]", f"[limits]\n{key} = {value}", 1) if "[limits]" in text else f"{text}\n[limits]\n{key} = {value}\n"
    config.write_text(text, encoding="utf-8")
    file = generate(scratch / "large", rows, ["--gb18030"])
    if longer:
        file = lengthened(file, longer)
    size = file.stat().st_size
    with hub:
        idle = held_mib(hub.pid)
        with Peak(hub.pid) as peak:
            took = once(lambda: send(hub, file))
    file.unlink()
    print(
        f"bench: {size / (1 << 30):.2f} GiB, {rows} rows: {took:.0f} s, {size / took / (1 << 20):.1f} MiB/s, "
        f"peak memory {peak.mib:.0f} MiB of hub and workers, idle {idle:.0f} MiB"
    )


def lengthened(file: Path, chars: int) -> Path:
    """The same rows with so many characters more in each address. No byte of a GB18030 character is a comma."""
    words = "沿河路桥南市场东侧后街新村旧院巷口楼梯间单元室号门面仓库厂房办公区配电箱旁第三排左首"
    endings = []
    for start in range(997):
        turned = "".join(words[(start * 7 + place * (start % 11 + 1)) % len(words)] for place in range(chars))
        endings.append(turned.encode("gb18030"))
    to = file.with_name(f"long_{file.name}")
    with file.open("rb") as lines, to.open("wb") as out:
        out.write(next(lines))
        for number, line in enumerate(lines):
            cells = line.split(b",", ADDRESS + 1)
            cells[ADDRESS] += endings[number % len(endings)]
            out.write(b",".join(cells))
    file.unlink()
    return to
