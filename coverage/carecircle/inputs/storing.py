"""A store is made: an extract read once, streaming, into the files that `carecircle.inputs.osm.store` opens.

The work stands in ``EXTRACT.store.part`` until it is whole. Each piece that is done is written down in
``journal.json`` with its checksum: whoever is interrupted goes on from there.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from numpy.lib.format import open_memmap

from carecircle import disk, keep
from carecircle.delivery import BusyError
from carecircle.errors import InputError, OutputError, writing
from carecircle.inputs.facilities.osm import to_store
from carecircle.inputs.osm.file import is_osm
from carecircle.inputs.osm.store import BOOK, SCHEMA, STEPS, checksum, key_of, place_of, store_of
from carecircle.inputs.osm.ways import begins, in_order, parsed, write_down
from carecircle.inputs.roads.barriers import read_barriers
from carecircle.inputs.roads.streets import KEPT
from carecircle.inputs.roads.water import shapes
from carecircle.texts import Sentence

PART = ".part"
JOURNAL = "journal.json"
KEY = "highway"
_CHUNK = 1 << 23
"""Characters of text read at a time: a sixth of a second's work, and 100 MB of memory."""
_RUNS = {"node": np.int64, "xy": np.int32, "length": np.int32, "run_tags": np.int32, "box": np.float64}
_WAYS = {"begin": np.int32, "way_tags": np.int32}
_WIDE = {"xy": 2, "box": 4, "begin": 2}

Tell = Callable[[Sentence], None]


def make_store(extract: Path, progress: Tell | None = None) -> Path:
    """Read an OpenStreetMap extract once into a store beside it; a store that holds is left as it is.

    Parameters
    ----------
    extract
        The ``.osm.pbf`` (or ``.osm``) to read.
    progress
        Called with a `Sentence` as each piece is begun.

    Returns
    -------
    Path
        The folder of the store.

    Raises
    ------
    InputError
        If the extract is missing or cannot be read.
    OutputError
        If the folder beside it cannot be written, something else bears its name, or another run makes it now.
    """
    tell = progress or (lambda _: None)
    if not extract.is_file():
        raise InputError("errors.missing_file", file=extract)
    if not is_osm(extract):
        raise InputError("inputs.store_of_what", file=extract)
    folder = place_of(extract)
    if store_of(extract) is not None:
        return folder
    if folder.exists() and not (folder / BOOK).is_file():
        raise OutputError("errors.would_replace_other", file=extract.parent, files=[folder.name])
    lock = folder.with_name(folder.name + ".lock")
    with writing(folder):
        held = disk.wait_for(lock, 0.0)
        if held is None:
            raise BusyError(folder)
        try:
            _made(extract, folder, tell)
        finally:
            disk.let_go(lock, held)
    return folder


def _made(extract: Path, folder: Path, tell: Tell) -> None:
    digest = keep.file_digest(extract)
    room = folder.with_name(folder.name + PART)
    work = _Work(room, key_of(digest))
    work.piece("text", lambda: write_down(extract, KEY, room / "ways.opl"), tell)
    work.piece("barriers", lambda: _barriers(extract, room), tell)
    work.piece("water", lambda: _water(extract, room), tell)
    work.piece("facilities", lambda: to_store(extract, room), tell)
    work.piece("ways", lambda: _ways(extract, work, tell), tell)
    for left in ("ways.opl", *(p.name for p in room.glob("chunk-*.npz"))):
        (room / left).unlink(missing_ok=True)
    files = {
        p.name: [p.stat().st_size, checksum(p)]
        for p in sorted(room.iterdir())
        if p.name != JOURNAL and not p.name.startswith(".")
    }
    book = {
        "schema": SCHEMA, "extract": digest, "name": extract.name, "key": work.key, "ways": [KEY, list(KEPT)],
        **work.facts, "files": files,
    }  # fmt: skip
    for name in files:
        disk.to_disk(room / name)
    (room / JOURNAL).unlink()
    partial = room / f".{BOOK}"
    partial.write_text(json.dumps(book, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    disk.to_disk(partial)
    partial.rename(room / BOOK)
    if folder.exists():
        shutil.rmtree(folder)
    room.rename(folder)
    disk.to_disk(folder.parent)


class _Work:
    """The pieces that are done of a store in the making, as its journal has them."""

    def __init__(self, room: Path, key: str) -> None:
        self.room, self.key = room, key
        self.done: dict[str, dict[str, list[int]]] = {}
        self.facts: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            held = json.loads((room / JOURNAL).read_text(encoding="utf-8"))
            if held["key"] == key:
                self.done, self.facts = dict(held["done"]), dict(held["facts"])
        if not self.done and room.exists():
            shutil.rmtree(room)
        room.mkdir(parents=True, exist_ok=True)

    def piece(self, name: str, make: Callable[[], dict[str, Any] | None], tell: Tell) -> None:
        """Make a piece, unless it was made before and is still as it was."""
        files = self.done.get(name)
        if files is not None and all(self._holds(f, about) for f, about in files.items()):
            return
        tell(Sentence(f"inputs.storing_{name.partition('-')[0]}"))
        before = {p.name for p in self.room.iterdir()}
        self.facts |= make() or {}
        new = sorted(p.name for p in self.room.iterdir() if p.name not in before and p.name != JOURNAL)
        self.done[name] = {f: [(self.room / f).stat().st_size, checksum(self.room / f)] for f in new}
        note = json.dumps({"key": self.key, "done": self.done, "facts": self.facts})
        partial = self.room / f".{JOURNAL}"
        partial.write_text(note, encoding="utf-8")
        os.replace(partial, self.room / JOURNAL)  # noqa: PTH105 (over the one before, everywhere)

    def _holds(self, name: str, about: list[int]) -> bool:
        path = self.room / name
        return path.is_file() and [path.stat().st_size, checksum(path)] == about


# ---- ways ---------------------------------------------------------------------------------------------


def _ways(extract: Path, work: _Work, tell: Tell) -> dict[str, Any]:
    """The text read in chunks, each kept by itself, and all of them laid one behind the other."""
    room, size = work.room, (work.room / "ways.opl").stat().st_size
    at, number = 0, 0
    while at < size:
        name = f"chunk-{number:05}"
        work.piece(name, lambda at=at, name=name: _chunk(extract, room, at, name), tell)  # type: ignore[misc]
        with np.load(room / f"{name}.npz") as chunk:
            at, number = int(chunk["end"]), number + 1
    return _joined(extract, room, [room / f"chunk-{n:05}.npz" for n in range(number)])


def _chunk(extract: Path, room: Path, at: int, name: str) -> None:
    with (room / "ways.opl").open("rb") as file:
        file.seek(at)
        raw = file.readlines(_CHUNK)
        end = file.tell()
    lines = [line.decode("utf-8") for line in raw]
    lost: list[int] = []
    every = parsed(lines, frozenset(KEPT), (lambda _: True, lambda _: None), None, extract, lost)
    start = np.cumsum(every.length) - every.length
    low = np.minimum.reduceat(every.xy, start) if len(start) else np.empty((0, 2))
    high = np.maximum.reduceat(every.xy, start) if len(start) else np.empty((0, 2))
    np.savez(
        room / f"{name}.npz", end=end, node=every.node, xy=np.round(every.xy * STEPS).astype(np.int32),
        length=every.length.astype(np.int32), run_tags=every.which.astype(np.int32),
        box=np.c_[low, high], begin=begins(lines), way_tags=every.of.astype(np.int32),
        tags=np.frombuffer("\n".join(every.tags).encode(), np.uint8), lost=np.array(lost, dtype=np.int64),
    )  # fmt: skip


def _joined(extract: Path, room: Path, chunks: list[Path]) -> dict[str, Any]:
    sizes = dict.fromkeys((*_RUNS, *_WAYS), 0)
    numbers: dict[str, int] = {}
    lost: list[int] = []
    for path in chunks:
        with np.load(path) as chunk:
            for name in sizes:
                sizes[name] += len(chunk[name])
            for text in _texts(chunk["tags"]):
                numbers.setdefault(text, len(numbers))
            lost += chunk["lost"].tolist()
    in_order(extract, lost[:1000])
    whole = {
        name: _array(room, name, kind, (sizes[name], *([_WIDE[name]] if name in _WIDE else [])))
        for name, kind in {**_RUNS, **_WAYS}.items()
    }
    at = dict.fromkeys(sizes, 0)
    for path in chunks:
        with np.load(path) as chunk:
            number = np.array([numbers[text] for text in _texts(chunk["tags"])], dtype=np.int32)
            for name, out in whole.items():
                values = chunk[name]
                values = number[values] if name in ("run_tags", "way_tags") else values
                out[at[name] : at[name] + len(values)] = values
                at[name] += len(values)
    length = np.asarray(whole["length"], dtype=np.int64)
    np.save(room / "start.npy", np.cumsum(length) - length)
    _lines(room / "tags.txt", numbers)
    return {"nodes": sizes["node"], "runs": sizes["length"]}


def _array(room: Path, name: str, kind: type, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    if not shape[0]:  # an empty file cannot be mapped
        np.save(room / f"{name}.npy", np.empty(shape, kind))
        return np.empty(shape, kind)
    made: npt.NDArray[Any] = open_memmap(room / f"{name}.npy", mode="w+", dtype=kind, shape=shape)
    return made


def _texts(raw: npt.NDArray[np.uint8]) -> list[str]:
    return raw.tobytes().decode().split("\n") if len(raw) else []


# ---- beside the ways ----------------------------------------------------------------------------------


def _barriers(extract: Path, room: Path) -> None:
    found = read_barriers(extract)
    np.save(room / "barriers.npy", np.fromiter(found, dtype=np.int64, count=len(found)))
    _bytes(room, "barrier_tags", [json.dumps(tags, ensure_ascii=False).encode() for tags in found.values()])


def _water(extract: Path, room: Path) -> dict[str, Any]:
    areas, lines = shapes(str(extract))
    every = np.array([*areas, *lines], dtype=object)
    np.save(room / "water_box.npy", shapely.bounds(every).reshape(-1, 4))
    _bytes(room, "water", shapely.to_wkb(every).tolist())
    return {"water_areas": len(areas)}


def _bytes(room: Path, name: str, pieces: list[bytes]) -> None:
    np.save(room / f"{name}_end.npy", np.cumsum([len(p) for p in pieces], dtype=np.int64))
    (room / f"{name}.bin").write_bytes(b"".join(pieces))


def _lines(path: Path, texts: dict[str, int]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{text}\n" for text in texts)
