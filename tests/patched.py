"""One sound study, and each broken one as what is changed in it.

``inputs/broken/base`` is a small county whose files are all in order. Each table of ``inputs/broken/*.toml``
is one case, named by its heading:

    [beds-negative]
    why = "fewer than no beds"
    exit = 2
    reads = ["facilities"]
    lines."facilities.csv" = { 2 = "510604001,罗江区人民医院,综合医院,104.51,31.31,-5,在用", 3 = "" }
    finding = [{ key = "inputs.negative_attribute", level = "error", file = "facilities.csv", row = 2 }]

``reads``
    Which parts of the base study it reads beside the county's outline (the parts of ``base/study.toml``).
``study``
    Parts of study.toml of its own, each in the place of the base's of that name.
``lines``
    Lines of a base file (or of one laid beside it by ``files``) by number: another text, or none where "".
``files``
    Whole texts, in UTF-8 or in ``encoding``.
``real``
    Files whose damage is in their bytes, by their names in ``real/``.
``without``
    Base files that are named but not there.

Every base file that the study.toml names is laid out. What else an entry says is for the test that reads it.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

BROKEN = Path(__file__).parent / "inputs" / "broken"
BASE, REAL = BROKEN / "base", BROKEN / "real"
ALWAYS = ("boundaries", "assumptions")
Case = dict[str, Any]


def cases() -> dict[str, Case]:
    """Every case by its name, file by file."""
    found: dict[str, Case] = {}
    for path in sorted(BROKEN.glob("*.toml")):
        for name, case in tomllib.loads(path.read_text(encoding="utf-8")).items():
            assert name not in found, f"{path.name}: [{name}] is there already"
            found[name] = case
    return found


def lay_out(name: str, case: Case, folder: Path) -> Path:
    """Write a case's files into ``folder/name`` beside the plan that it is judged by."""
    study = folder / name
    study.mkdir()
    shutil.copy(BASE / "plan.toml", folder / "plan.toml")
    texts = {"study.toml": _study(name, case), **case.get("files", {})}
    for path in BASE.iterdir():
        if path.name not in texts and f'"{path.name}"' in texts["study.toml"]:
            shutil.copy(path, study / path.name)
    for file, text in texts.items():
        (study / file).write_bytes(text.encode(case.get("encoding", "utf-8")))
    for file, changed in case.get("lines", {}).items():
        _change(study / file, changed)
    for file, real in case.get("real", {}).items():
        shutil.copy(REAL / real, study / file)
    for file in case.get("without", ()):
        (study / file).unlink()
    return study


def _study(name: str, case: Case) -> str:
    """The base's head and the parts read, those that the case brings itself in their place."""
    head, *parts = re.split(r"^# (?=\w+$)", (BASE / "study.toml").read_text(encoding="utf-8"), flags=re.M)
    known = dict(part.split("\n", 1) for part in parts)
    own = case.get("study", "").splitlines(keepends=True)
    read = {*ALWAYS, *case.get("reads", ())}
    assert read <= set(known), f"[{name}] reads what the base study has no part for: {read - set(known)}"
    kept = [
        text for part, text in known.items() if part in read and text.splitlines(keepends=True)[0] not in own
    ]
    return "".join([head.format(name=name), *kept, *own])


def _change(path: Path, changed: dict[str, str]) -> None:
    lines = dict(enumerate(path.read_text(encoding="utf-8").splitlines(), start=1))
    lines |= {int(number): text for number, text in changed.items()}
    path.write_bytes("".join(f"{lines[n]}\n" for n in sorted(lines) if lines[n]).encode())
