"""What an extract was read into once, kept beside it: ways uncut with boxes, barriers, water, facilities.

A store is a folder ``EXTRACT.store`` beside the extract. Its book, ``store.json``, is written last: of which
extract it is (SHA-256), by which code, and the length and CRC-32 of every file. A store is used only where
all of it holds; otherwise the extract itself is read, and `unused` says why. Arrays are memory-mapped.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from carecircle import keep
from carecircle.texts import Sentence

SUFFIX = ".store"
BOOK = "store.json"
SCHEMA = "carecircle/store/1"
STEPS = 1e7
"""Steps of OpenStreetMap's own coordinates in a degree."""
_CHUNK = 1 << 24

_Found = tuple["Store | None", "Sentence | None"]
_known: dict[Path, tuple[tuple[int, ...], _Found]] = {}


@dataclass(frozen=True, eq=False)
class Store:
    """An open store.

    Parameters
    ----------
    folder
        Where it lies.
    book
        The content of ``store.json``.
    """

    folder: Path
    book: Mapping[str, Any]

    def array(self, name: str) -> npt.NDArray[Any]:
        """An array by its name, mapped into memory: only what is touched is read."""
        found: npt.NDArray[Any] = np.load(self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        return found

    @cached_property
    def tags(self) -> list[str]:
        """The distinct sets of tags of the ways, in the order in which the extract first has them."""
        return self.lines("tags")

    def lines(self, name: str) -> list[str]:
        """A text file of the store, line by line."""
        return (self.folder / f"{name}.txt").read_text(encoding="utf-8").split("\n")[:-1]

    def text_at(self, name: str, rows: npt.NDArray[np.int64]) -> list[bytes]:
        """Pieces of a file of bytes, cut by the array ``NAME_end``."""
        raw = np.memmap(self.folder / f"{name}.bin", np.uint8, "r") if len(rows) else None
        ends = np.r_[0, self.array(f"{name}_end")]
        return [] if raw is None else [raw[ends[r] : ends[r + 1]].tobytes() for r in rows.tolist()]


def place_of(extract: Path) -> Path:
    """Where the store of an extract lies, if there is one."""
    return extract.with_name(extract.name + SUFFIX)


def key_of(extract_digest: str) -> str:
    """What a store is made from: the extract, and the code that reads it."""
    return keep.digest("store", extract_digest)


def store_of(extract: Path) -> Store | None:
    """The store that lies beside an extract, where it is of this extract, of this version and whole."""
    return _looked_at(extract)[0]


def unused(extract: Path) -> Sentence | None:
    """Why the store beside an extract is not used; None where there is none, or it is used."""
    return _looked_at(extract)[1]


def checksum(path: Path) -> int:
    """CRC-32 of a file."""
    total = 0
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            total = zlib.crc32(block, total)
    return total


def _looked_at(extract: Path) -> _Found:
    """The store, looked over once a process as long as neither it nor the extract changes."""
    folder = place_of(extract)
    try:
        about = [
            (folder / BOOK).stat(),
            extract.stat(),
            *(e.stat() for e in sorted(os.scandir(folder), key=str)),
        ]
    except OSError:  # no store, or one that was never finished
        return None, None
    now = tuple(n for a in about for n in (a.st_ino, a.st_size, a.st_mtime_ns, a.st_ctime_ns))
    known = _known.get(folder)
    if known is None or known[0] != now:
        known = _known[folder] = now, _opened(extract, folder)
    return known[1]


def _opened(extract: Path, folder: Path) -> _Found:
    facts = {"store": folder.name, "file": extract.name}
    try:
        book = json.loads((folder / BOOK).read_text(encoding="utf-8"))
        if book["schema"] != SCHEMA:
            return None, Sentence("inputs.store_version", facts)
        digest = keep.file_digest(extract)
        if book["extract"] != digest:
            return None, Sentence("inputs.store_of_another", facts)
        if book["key"] != key_of(digest):
            return None, Sentence("inputs.store_version", facts)
        for name, (size, crc) in book["files"].items():
            path = folder / name
            if path.stat().st_size != size or checksum(path) != crc:
                return None, Sentence("inputs.store_damaged", {**facts, "part": name})
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None, Sentence("inputs.store_damaged", {**facts, "part": BOOK})
    return Store(folder, book), None
