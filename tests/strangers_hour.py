"""A stranger's hour: the commands of the Start page, one after the other, as they stand there.

    python tests/strangers_hour.py FOLDER

FOLDER is a fresh checkout and ``carecircle`` the one on the path. Each command must end with 0. The page is
walked in English, then in Chinese with what the first walk wrote taken away.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

PAGES = ("docs/start.md", "docs/zh/start.md")
WRITTEN = ("maps/demo", "mycounty")
VERBS = ["demo", "init", "doctor", "run", "compare", "compare", "site"]


def commands(folder: Path, page: str) -> list[str]:
    """Shell lines of a Start page, in its order; ``make demo`` is left to its own step."""
    text = (folder / page).read_text(encoding="utf-8")
    lines = "\n".join(re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)).splitlines()
    return [line for line in lines if line.startswith("carecircle ")]


def several_years(folder: Path, line: str) -> None:
    """The page compares runs that a reader would have by then: the demo's stands for each, of its year."""
    for name in shlex.split(line)[2:]:
        shutil.copytree(folder / "maps" / "demo", folder / name, dirs_exist_ok=True)
        verdicts = folder / name / "verdicts.json"
        told = {**json.loads(verdicts.read_text(encoding="utf-8")), "year": int(name[-4:])}
        verdicts.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def walk(folder: Path, page: str) -> int:
    """Walk one page; the exit code is that of the first command that fails."""
    lines = commands(folder, page)
    verbs = [line.split()[1] for line in lines]
    if verbs != VERBS:
        print(f"{page} shows {verbs}, not {VERBS}")
        return 1
    for name in WRITTEN:
        shutil.rmtree(folder / name, ignore_errors=True)
    for line in lines:
        if " compare " in line:
            several_years(folder, line)
        start = time.monotonic()
        done = subprocess.run(shlex.split(line), cwd=folder, capture_output=True, text=True, check=False)
        print(f"{page}: {line}: {time.monotonic() - start:.0f} s, exit {done.returncode}")
        if done.returncode != 0:
            print(done.stdout[-2000:], done.stderr[-2000:], sep="\n")
            return done.returncode
    wrote = [folder / "maps" / "demo" / name for name in ("gap_map.html", "verdicts.json", "siting.json")]
    missing = [path.name for path in wrote if not path.is_file()]
    print(f"missing: {missing}" if missing else "the map, the verdicts and the siting are there")
    return bool(missing)


def main() -> int:
    """Walk the page in each language."""
    folder = Path(sys.argv[1]).resolve()
    return next((code for code in (walk(folder, page) for page in PAGES) if code), 0)


if __name__ == "__main__":
    raise SystemExit(main())
