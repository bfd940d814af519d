"""A sweep: every small world under every plan of the catalogue, through every command, in children.

    python tests/sweep.py                 # all of it
    python tests/sweep.py --part 10       # a tenth, chosen by --seed

Each command ends with 0 or with 2 and a word, and nothing that it prints or writes says inf, nan or None.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyogrio
import python_calamine

from carecircle import keep
from carecircle.rules import catalogue, load_plan
from forked import MOST_BYTES, MOST_SECONDS, limited, warm
from sweepworlds import COARSE, WORLDS
from worlds import street_study

NO_WORD = re.compile(r"(?<![\w.<>‘“\"&-])[+-]?(inf|Infinity|nan|NaN|None)(?![\w>&’”\"])")


def amiss(text: str, where: object) -> str | None:
    """The first infinity, NaN or None that a text says."""
    found = NO_WORD.search(text)
    return None if found is None else f"{where}: …{text[max(0, found.start() - 60) : found.end() + 40]}…"


def values(data: Any) -> Iterator[str]:
    """Everything that JSON, a sheet or a table says, as text; quotations and ids are the plan's own."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key not in ("quote", "rule", "id", "facility_id", "facilities", "inputs"):
                yield from values(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from values(value)
    else:
        yield str(data) if data is not None else ""


def _said_by(path: Path) -> Iterator[str]:
    if path.suffix == ".json":
        yield from values(json.loads(path.read_text(encoding="utf-8"), parse_constant=lambda word: word))
    elif path.suffix == ".xlsx":
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            yield from values(book.get_sheet_by_name(name).to_python())
    elif path.suffix == ".gpkg":
        for name, _ in pyogrio.list_layers(path):
            table = pyogrio.read_dataframe(path, layer=name, read_geometry=False)
            numbers = table.select_dtypes("number").to_numpy()
            yield "inf" if (abs(numbers) == float("inf")).any() else ""
            if name != "layer_styles":
                yield from values(
                    table.select_dtypes(exclude="number").astype(object).fillna("").to_numpy().tolist()
                )
    elif path.suffix == ".docx":
        with zipfile.ZipFile(path) as book:
            yield from re.findall(r">([^<>]+)<", book.read("word/document.xml").decode("utf-8"))
    elif path.suffix == ".svg" or path.name == "index.html":
        yield from re.findall(
            r">([^<>]+)<", re.sub(r"(?s)<(script|style).*?</\1>", "", path.read_text(encoding="utf-8"))
        )


def outputs(folder: Path) -> str | None:
    """What is amiss in a folder of outputs."""
    for path in sorted(folder.iterdir()):
        for text in _said_by(path):
            found = amiss(text, path.name)
            if found is not None:
                return found
    return None


def commands(
    study: Path, out: Path, before: Path, plan: str
) -> Iterator[tuple[list[str | Path], Path | None]]:
    """Every command that a study can be given to, and the folder it writes."""
    yield ["run", study, "--out", out], out
    yield ["doctor", study, "--map", out.parent / "findings.html"], None
    yield ["compare", before, out], None
    yield ["gallery", before, out, "--out", out.parent / "gallery.html"], None
    sites = out.parent / "sites"
    yield (
        ["site", study, "--clause", clause_of(plan), "--sites", "1", "--time-limit", "5", "--out", sites],
        sites,
    )


def clause_of(plan: str) -> str:
    """A clause of a plan that new sites can mend."""
    kinds = ("time", "radius", "response", "chain")
    return next(r.clause for r in load_plan(plan).rules if r.kind in kinds)


class Sweep:
    """The warm parent, and the commands of one world under one plan."""

    def __init__(self, folder: Path) -> None:
        os.environ[keep.VARIABLE] = str(folder / "cache")
        self.folder, self.before = folder, folder / "before"
        self.came: Counter[str] = Counter()
        self.faults: list[str] = []
        self.report = "stood for"
        study = self.laid("as it is", "luojiang", folder / "warm")
        for arguments, _ in commands(study, self.before, self.before, "luojiang"):
            warm(arguments)

    def laid(self, world: str, plan: str, room: Path) -> Path:
        study = street_study(room, extra=COARSE)
        WORLDS[world](study)
        text = study.read_text(encoding="utf-8").replace('plan = "plan.toml"', f'plan = "{plan}"')
        study.write_text(text, encoding="utf-8")
        return study

    def ask(self, world: str, plan: str) -> None:
        room = self.folder / "room"
        study = self.laid(world, plan, room)
        for arguments, out in commands(study, room / "out", self.before, plan):
            self.call(f"{world}, {plan}", arguments, out, ids_are_odd=world == "odd ids")
        shutil.rmtree(room)

    def call(
        self, where: str, arguments: list[str | Path], out: Path | None, *, ids_are_odd: bool = False
    ) -> None:
        """One command in a child, and what is amiss with it."""
        came = limited(arguments, self.report)
        self.came[f"{arguments[0]}: exit {came.code}"] += 1
        found = [
            None if came.code in (0, 2) else f"exit {came.code}",
            "a traceback" if "Traceback" in came.said else None,
            None if ids_are_odd else amiss(came.said, "said"),
            f"{came.cpu_s:.0f} s" if came.cpu_s > MOST_SECONDS else None,
            f"{came.peak_bytes >> 20} MiB" if came.peak_bytes > MOST_BYTES else None,
            outputs(out) if out is not None and out.is_dir() else None,
        ]
        for fault in (f for f in found if f is not None):
            self.faults.append(f"{where}, {arguments[0]}: {fault}")
            print(f"FAULT {self.faults[-1]}\n{came.said[-1200:]}", flush=True)
        if arguments[0] == "run" and came.code == 2:
            print(f"refused: {where}: {came.said.strip()[-300:]}", flush=True)


def main() -> None:
    """Sweep, and exit 1 if anything was amiss."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--part", type=int, default=1, help="so many parts, of which one")
    asked.add_argument("--seed", type=int, default=42)
    asked.add_argument("--after", type=int, default=0, help="so many are done already")
    asked.add_argument("--world", action="append", help="these worlds alone")
    asked.add_argument("--plan", action="append", help="these plans alone")
    options = asked.parse_args()
    pairs = [(w, p) for w in options.world or WORLDS for p in options.plan or catalogue()]
    if options.part > 1:
        pairs = random.Random(options.seed).sample(pairs, max(1, len(pairs) // options.part))
    with tempfile.TemporaryDirectory(prefix="sweep") as folder:
        quiet, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: SIM115, PTH123
        sweep = Sweep(Path(folder))
        sys.stdout = quiet
        for plan in dict.fromkeys(plan for _, plan in pairs):  # the plan alone, whatever the world
            for language in ("zh", "en"):
                sweep.call(f"{plan} alone", ["plans", plan, "--baseline", "--lang", language], None)
        for number, (world, plan) in enumerate(pairs, 1):
            if number <= options.after:
                continue
            sweep.report = "none" if number % 3 else "stood for"
            sweep.ask(world, plan)
            if number % 10 == 0:
                print(f"{number} of {len(pairs)}", flush=True)
    for key, count in sorted(sweep.came.items()):
        print(f"{count:6d} {key}")
    counts = f"{len(pairs)} of them under a plan, {sweep.came.total()} commands"
    print(f"{len(WORLDS)} worlds, {counts}, {len(sweep.faults)} faults")
    raise SystemExit(1 if sweep.faults else 0)


if __name__ == "__main__":
    main()
