"""A campaign of wild inputs: each through a whole command, in a child of a warm parent, under limits.

    python tests/fuzz.py --count 20000 --state fuzz.json
    python tests/fuzz.py --only 1234 --keep folder

An input is its number and the seed: it is made anew from them, so one that failed can be looked at
(``--only``) and an ended campaign is taken up where its ``--state`` says. A fault is: an exit code other
than 0 and 2, a traceback, a signal, more than 60 s of the processor or 4 GiB, outputs that are not whole or
hold a number that is none, and any file of the user's changed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

import wild
import wildfiles
from carecircle import keep
from carecircle.rules import plan_schema
from carecircle.study import study_schema
from forked import MOST_BYTES, MOST_SECONDS, Ended, limited, warm
from worlds import street_study, write_csv

SEED = 14
STRANGER = b"not to be touched"
ROLES = {
    "boundaries": ("county.geojson", "county.gpkg"),
    "facilities": ("facilities.csv", "facilities.xlsx", "facilities.gpkg", "facilities.geojson",
                   "facilities.parquet", "street.osm.pbf"),
    "residents": ("residents.csv", "residents.xlsx", "residents.gpkg", "residents.parquet", "people.tif"),
    "roads": ("roads.geojson", "roads.gpkg", "street.osm.pbf"),
    "totals": ("totals.csv",),
}  # fmt: skip
WILD = (
    ("study", None, 12), ("plan", None, 12), ("verdicts", None, 6), ("totals", "totals.csv", 2),
    ("facilities", "facilities.csv", 3), ("facilities", "facilities.xlsx", 9),
    ("facilities", "facilities.geojson", 5), ("facilities", "facilities.gpkg", 4),
    ("facilities", "facilities.parquet", 5), ("facilities", "street.osm.pbf", 4),
    ("residents", "residents.csv", 2), ("residents", "residents.xlsx", 3), ("residents", "people.tif", 11),
    ("residents", "residents.gpkg", 2), ("residents", "residents.parquet", 3),
    ("boundaries", "county.geojson", 6), ("boundaries", "county.gpkg", 4), ("roads", "roads.geojson", 4),
    ("roads", "roads.gpkg", 3), ("roads", "street.osm.pbf", 7),
)  # fmt: skip
"""What may be wild, as which file, how often."""
RULE = """
[[rule]]
id = "S3"
clause = "S3"
section = "三"
quote = "每千人口医疗卫生机构床位数（张） 8.32"
kind = "ratio"
numerator = "beds"
denominator = "residents"
per = 1000
target = 8.32
"""


class Shelf:
    """One street, sound, its inputs in every format; never written to once it is laid out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.study = street_study(folder, extra="[outputs]\nsurface_cell_m = 1000\n")
        plan = folder / "plan.toml"
        plan.write_text(plan.read_text(encoding="utf-8") + RULE, encoding="utf-8")
        figure = {"area_id": "000000", "year": 2025, "source": "x"}
        rows = [
            {**figure, "attribute": "residents", "value": 1050},
            {**figure, "attribute": "beds", "value": 9},
        ]
        write_csv(folder / "totals.csv", rows)
        for name in ("county", "roads"):
            gpd.read_file(folder / f"{name}.geojson").to_file(folder / f"{name}.gpkg")
        for name in ("facilities", "residents"):
            table = pd.read_csv(folder / f"{name}.csv", dtype={"area_id": str})
            layer = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326)
            layer.to_file(folder / f"{name}.gpkg")
            layer.to_file(folder / f"{name}.geojson")
            layer.to_parquet(folder / f"{name}.parquet")
            dice = _Still()
            wildfiles.workbook([list(table.columns), *table.values.tolist()], folder / f"{name}.xlsx", dice)
        line = gpd.read_file(folder / "roads.geojson").geometry.iloc[0]
        self.street = [(float(x), float(y)) for x, y in line.coords]
        wildfiles.extract(folder / "street.osm.pbf", self.street, _Still())
        wildfiles.raster(folder / "people.tif", _Still())


class _Still(random.Random):
    """Dice that change nothing: the first of every choice, nothing that has a chance."""

    def __init__(self) -> None:
        super().__init__(0)

    def random(self) -> float:
        return 1.0

    def randrange(self, *_: Any) -> int:
        return 0

    def choice(self, seq: Any) -> Any:
        return seq[0]


@dataclass
class Input:
    """One wild input: what to call, and what must be as it was afterwards."""

    of: str
    arguments: list[str | Path] = field(default_factory=list)
    out: Path | None = None
    kept: dict[Path, bytes] = field(default_factory=dict)


def made(number: int, shelf: Shelf, runs: tuple[Path, Path], room: Path, seed: int = SEED) -> Input:
    """The input of a number, its files in a room of its own."""
    dice = random.Random(f"{seed} {number}")
    role, name, _ = dice.choices(WILD, [w for *_, w in WILD])[0]
    if role == "verdicts":
        return _verdicts(runs, room, dice)
    chosen = {r: dice.choice(names) if r != "totals" else names[0] for r, names in ROLES.items()}
    if dice.random() < 0.5:
        chosen |= {"facilities": "facilities.csv", "residents": "residents.csv", "roads": "roads.geojson"}
    if name is not None:
        chosen[role] = name
        _changed(shelf, name, room, dice)
    plan = room / "plan.toml"
    plan.write_bytes((shelf.folder / "plan.toml").read_bytes())
    study = room / "study.toml"
    study.write_text(_study(chosen, shelf, room, dice), encoding="utf-8")
    if role == "study":
        study.write_bytes(_toml(study.read_bytes(), dice, STUDY_KEYS, STUDY_TABLES))
    elif role == "plan":
        plan.write_bytes(_toml(plan.read_bytes(), dice, PLAN_KEYS, ("[[rule]]", "[plan]", "[[project]]")))
    return _asked(f"{role} {name or 'toml'}", study, room, dice)


STUDY_KEYS, PLAN_KEYS = wild.keys_of(study_schema()), wild.keys_of(plan_schema())
STUDY_TABLES = (
    "[assumptions]", "[outputs]", "[urban]", "[profiles.walk]", "[profiles.ambulance]", "[[more_facilities]]",
    "[[boundaries.levels]]", "[facilities]", "[totals.columns]", "[facilities.columns]", "[x]", "[profiles]",
)  # fmt: skip


def _toml(sound: bytes, dice: random.Random, keys: tuple[str, ...], tables: tuple[str, ...]) -> bytes:
    return wild.damaged(sound, dice) if dice.random() < 0.08 else wild.as_toml(sound, dice, keys, tables)


def _study(chosen: dict[str, str], shelf: Shelf, room: Path, dice: random.Random) -> str:
    """A study file that reads the chosen files: the room's where it has them, else the shelf's."""
    said = ['version = 1\nname = "street"\ntitle = "一条街"\nplan = "plan.toml"']
    formats = {
        ("facilities", "street.osm.pbf"): "osm", ("roads", "street.osm.pbf"): "pbf",
        ("residents", "people.tif"): "raster",
    }  # fmt: skip
    usual = {"residents": "points", "roads": "edges", "facilities": "table"}
    for role, name in chosen.items():
        path = (room if (room / name).exists() else shelf.folder) / name
        said.append(f'[{role}]\npath = "{path.as_posix()}"')
        if role in usual:
            said.append(f'format = "{formats.get((role, name), usual[role])}"')
        if role == "residents" and dice.random() < 0.2:
            said.append("calibrate = true")
        if role in ("facilities", "residents", "boundaries") and dice.random() < 0.1:
            said.append(f'datum = "{dice.choice(("gcj02", "bd09", "cgcs2000"))}"')
    said.append(f"[outputs]\nsurface_cell_m = {dice.choice((1000, 1000, 2000, 500))}")
    return "\n".join(said) + "\n"


def _changed(shelf: Shelf, name: str, room: Path, dice: random.Random) -> None:
    """A copy of a file of the shelf, something of its structure changed; or its bytes."""
    goal, sound = room / name, shelf.folder / name
    if dice.random() < 0.12:
        goal.write_bytes(wild.damaged(sound.read_bytes(), dice))
        return
    if name.endswith((".geojson", ".csv")):
        change = wild.as_json if name.endswith("json") else wild.as_csv
        goal.write_bytes(change(sound.read_bytes(), dice))
    elif name.endswith(".gpkg"):
        shutil.copyfile(sound, goal)
        wildfiles.geopackage(goal, dice)
    elif name.endswith(".tif"):
        wildfiles.raster(goal, dice)
    elif name.endswith(".parquet"):
        wildfiles.parquet(sound, goal, dice)
    elif name.endswith(".xlsx"):
        table = pd.read_csv(sound.with_suffix(".csv"))
        wildfiles.workbook([list(table.columns), *table.values.tolist()], goal, dice)
    else:
        wildfiles.extract(goal, shelf.street, dice)


def _asked(of: str, study: Path, room: Path, dice: random.Random) -> Input:
    """A command over a study: a run, most of the time."""
    out = room / "out"
    out.mkdir()
    stranger = out / "notes.txt"
    stranger.write_bytes(STRANGER)
    kind = dice.choices(("run", "doctor", "map", "site", "plans"), (70, 12, 4, 8, 6))[0]
    calls: dict[str, Callable[[], list[str | Path]]] = {
        "run": lambda: ["run", study, "--out", out, *dice.choice(([], [], ["--lang", "en"]))],
        "doctor": lambda: ["doctor", study, *dice.choice(([], ["--json"]))],
        "map": lambda: ["doctor", study, "--map", out / "findings.html"],
        "site": lambda: ["site", study, "--clause", "S2", "--sites", "1", "--time-limit", "5", "--out", out],
        "plans": lambda: [
            "plans",
            study.with_name("plan.toml"),
            *dice.choice(([], ["--baseline"], ["--json"])),
        ],
    }
    arguments = calls[kind]()
    kept = {path: path.read_bytes() for path in [*room.iterdir(), stranger] if path.is_file()}
    return Input(f"{kind}: {of}", arguments, out if kind in ("run", "site") else None, kept)


def _verdicts(runs: tuple[Path, Path], room: Path, dice: random.Random) -> Input:
    """Two run folders, a file of one changed: compared, set side by side, or run into."""
    before, after = room / "before", room / "after"
    for source, goal in zip(runs, (before, after), strict=True):
        goal.mkdir()
        for name in ("verdicts.json", "manifest.json"):
            shutil.copyfile(source / name, goal / name)
    path = after / dice.choice(("verdicts.json", "verdicts.json", "manifest.json"))
    sound = path.read_bytes()
    path.write_bytes(wild.damaged(sound, dice) if dice.random() < 0.15 else wild.as_json(sound, dice))
    kind = dice.choice(("compare", "compare", "gallery"))
    end: list[str | Path] = ["--out", room / "gallery.html"] if kind == "gallery" else []
    kept = {p: p.read_bytes() for folder in (before, after) for p in folder.iterdir()}
    return Input(f"{kind}: {path.name}", [kind, before, after, *end], None, kept)


# ---- what is asked of it ------------------------------------------------------------------------------


def fault_of(one: Input, came: Ended) -> str | None:
    """What is wrong with how an input ended; None if nothing."""
    if came.code not in (0, 2):
        return f"exit {came.code}"
    if "Traceback" in came.said or "Fatal" in came.said:
        return "a traceback"
    if came.code == 2 and not came.said.strip():
        return "refused without a word"
    if came.cpu_s > MOST_SECONDS or came.peak_bytes > MOST_BYTES:
        return f"{came.cpu_s:.0f} s, {came.peak_bytes >> 20} MiB"
    for path, held in one.kept.items():
        if not path.is_file() or path.read_bytes() != held:
            return f"{path.name} of the user's is not as it was"
    if one.out is not None and came.code == 0:
        return _outputs(one.out)
    return None


def _outputs(out: Path) -> str | None:
    for path in out.glob("*.json"):
        try:
            json.loads(path.read_text(encoding="utf-8"), parse_constant=_none_such)
        except ValueError as error:
            return f"{path.name}: {error}"
    return None if any(out.glob("*.html")) else "no page"


def _none_such(word: str) -> None:
    raise ValueError(f"{word} is no number")


class Campaign:
    """The shelf, two sound runs on it, and children that are asked one input each."""

    def __init__(self, folder: Path) -> None:
        os.environ[keep.VARIABLE] = str(folder / "cache")
        self.folder = folder
        self.shelf = Shelf(folder / "shelf")
        self.runs = (folder / "one", folder / "two")
        calls: list[list[str | Path]] = [["run", self.shelf.study, "--out", out] for out in self.runs]
        calls += [["doctor", self.shelf.study], ["compare", *self.runs]]
        calls += [["site", self.shelf.study, "--clause", "S2", "--sites", "1", "--out", folder / "sites"]]
        for number, name in enumerate(("street.osm.pbf", "people.tif")):  # the other readers, once
            chosen = {"boundaries": "county.gpkg", "facilities": "facilities.parquet", "totals": "totals.csv"}
            chosen |= {"residents": "residents.gpkg", "roads": "roads.gpkg"}
            chosen["roads" if name.endswith("pbf") else "residents"] = name
            study = self.shelf.folder / f"other{number}.toml"
            study.write_text(_study(chosen, self.shelf, folder, _Still()), encoding="utf-8")
            calls.append(["run", study, "--out", folder / f"other{number}"])
        warm(*calls)

    def ask(self, number: int, seed: int, room: Path) -> tuple[Input, Ended, str | None]:
        """One input through its command; its files stay in the room."""
        try:
            one = made(number, self.shelf, self.runs, room, seed)
        except Exception as error:  # a writer that will not write it: the reader is spared, and it is counted
            return Input("not made"), Ended(0, repr(error), 0.0, 0), None
        came = limited(one.arguments, "none" if number % 4 else "stood for" if number % 16 else "set")
        return one, came, fault_of(one, came)


def main() -> None:
    """Ask what is asked for, on from where the state says; exit 1 if there was a fault."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=20_000)
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--state", type=Path, default=Path("fuzz.json"))
    asked.add_argument("--only", type=int, action="append", help="this number again, and what it said")
    options = asked.parse_args()
    done: dict[str, Any] = {"next": 0, "cpu_s": 0.0, "peak_mib": 0, "came": {}, "faults": []}
    if options.state.exists() and not options.only:
        done = json.loads(options.state.read_text())
    came_of = Counter(done["came"])
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        quiet, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: SIM115, PTH123
        campaign = Campaign(Path(folder))
        sys.stdout = quiet
        for number in options.only or range(done["next"], options.count):
            room = Path(folder) / f"n{number}"
            room.mkdir()
            used = time.process_time()
            one, came, fault = campaign.ask(number, options.seed, room)
            if options.only:
                print(one.of, one.arguments, came, sep="\n")
                shutil.copytree(room, f"fuzz-{number}", dirs_exist_ok=True)
            if fault is not None:
                done["faults"].append([number, one.of, fault])
                print(f"FAULT {number} {one.of}: {fault}\n{came.said[-1500:]}", flush=True)
            shutil.rmtree(room)
            wrote = ", outputs" if one.out is not None and came.code == 0 else ""
            came_of[f"{one.of.split(':')[0]}: exit {came.code}{wrote}"] += 1
            done |= {"next": number + 1, "came": dict(came_of)}
            done["cpu_s"] += came.cpu_s + time.process_time() - used
            done["peak_mib"] = max(done["peak_mib"], came.peak_bytes >> 20)
            if not options.only and (number % 20 == 19 or number + 1 == options.count):
                options.state.write_text(json.dumps(done, ensure_ascii=False, indent=1))
            if number % 200 == 199:
                print(
                    f"{number + 1}: {(number + 1) / done['cpu_s']:.1f} a second of the processor", flush=True
                )
    wrote = sum(n for key, n in came_of.items() if key.endswith("outputs"))
    print(f"{done['next']} inputs, {wrote} to their outputs, {len(done['faults'])} faults")
    raise SystemExit(1 if done["faults"] else 0)


if __name__ == "__main__":
    main()
