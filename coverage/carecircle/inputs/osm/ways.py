"""The ways of an OpenStreetMap extract as arrays: osmium writes them down as text, NumPy reads the text.

osmium reads, filters and places the ways in its own machine code and writes them in its line format OPL
(https://osmcode.org/opl-file-format/), a way a line. To ask it for each node of each way from Python would
take several times as long as all the rest.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from carecircle.errors import InputError, OutputError
from carecircle.inputs.osm.file import first_also_there, sound
from carecircle.inputs.osm.store import STEPS, Store, store_of

Bounds = tuple[float, float, float, float]
Tags = str
"""Tags as OPL writes them, ``<key>=<value>,…`` in the order of their keys; `decoded` reads one."""

EMPTY: Bounds = (np.nan, np.nan, np.nan, np.nan)
"""The bounds of nothing."""
_LEAST_FREE = 1 << 20
"""Bytes without which a text that stops short was stopped by the disk."""
_MOST_LOST = 1000
"""So many nodes without a place are looked for in the file."""
_CHUNK = 1 << 26
"""Characters of text read at a time."""
_ESCAPED = re.compile("%([0-9a-f]+)%")
_PLACE = re.compile(r"x(-?[\d.]+)y(-?[\d.]+)")
_NUMBERS = str.maketrans("nxy,", "    ")
_PLACELESS = "x999y999"
NOWHERE = 2**31 - 1
"""The place, in steps, of a node that the file does not place."""


@dataclass(frozen=True, eq=False)
class Ways:
    """Runs of placed nodes, each of at least two.

    Parameters
    ----------
    node
        int64[n], the runs' node ids in one row.
    xy
        float64[n, 2], degrees (longitude, latitude; WGS 84).
    length
        int64[r], nodes of each run.
    tags
        Distinct sets of the tags asked for.
    which
        int64[r], position in ``tags`` of each run's.
    bounds
        Gives west, south, east, north of every usable run of the file, also of those passed over.
    shut
        Ways that begin within the bounds and are not usable, by what ``shut_by`` says of them.
    of
        int64[w], position in ``tags`` of each way's, also of those without a run.
    """

    node: npt.NDArray[np.int64]
    xy: npt.NDArray[np.float64]
    length: npt.NDArray[np.int64]
    tags: Sequence[Tags]
    which: npt.NDArray[np.int64]
    bounds: Callable[[], Bounds]
    shut: Mapping[str, int] = field(default_factory=dict)
    of: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))


def read_ways(
    path: Path,
    key: str,
    kept: Sequence[str],
    usable: Callable[[Tags], bool],
    bounds: Bounds | None,
    shut_by: Callable[[Tags], str | None] = lambda _: None,
) -> Iterator[Ways]:
    """The ways of an extract that have a tag, some at a time, in the order of the file.

    A way is cut where the file does not place a node; a node that follows itself counts once. Where a store
    that holds them lies beside the extract (`carecircle.inputs.osm.store`), they come from there at once.

    Parameters
    ----------
    key
        The tag they must have.
    kept
        The tags to hand on.
    usable
        Asked once of each distinct set of them: ways that are not stay unread.
    bounds
        West, south, east, north in degrees: runs that do not touch it are passed over (None: none).
    shut_by
        Asked of sets that are not usable: why such a way is counted, or None.

    Raises
    ------
    InputError
        If the file is cut short, no OpenStreetMap file, a history, or not in order (ways before their nodes).
    """
    store = store_of(path)
    if store is not None and store.book["ways"] == [key, list(kept)]:
        yield _stored(store, usable, bounds, shut_by)
        return
    ask = (usable, shut_by)
    lost: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "ways.opl"
        write_down(path, key, text)
        with text.open(encoding="utf-8", newline="\n") as lines:
            while some := lines.readlines(_CHUNK):
                yield parsed(some, frozenset(kept), ask, bounds, path, lost)
    in_order(path, lost)


def in_order(path: Path, lost: Sequence[int]) -> None:
    """Refuse a file that does hold nodes which its ways did not find.

    Raises
    ------
    InputError
        If it holds one of them.
    """
    if lost and first_also_there(sound(path), lost) is not None:
        raise InputError("inputs.not_sorted", file=path)


def _stored(
    store: Store,
    usable: Callable[[Tags], bool],
    bounds: Bounds | None,
    shut_by: Callable[[Tags], str | None],
) -> Ways:
    """What reading the extract would give, tags that none of these ways have aside."""
    box, of, begin = store.array("box"), store.array("run_tags"), store.array("begin")
    here = np.ones(len(box), dtype=bool)
    began = begin[:, 0] < NOWHERE
    if bounds is not None:
        west, south, east, north = bounds
        here = (box[:, 0] <= east) & (box[:, 1] <= north) & (box[:, 2] >= west) & (box[:, 3] >= south)
        at = begin / STEPS
        began &= (at[:, 0] >= west) & (at[:, 0] <= east) & (at[:, 1] >= south) & (at[:, 1] <= north)
    rows, first = np.flatnonzero(here), np.flatnonzero(began)
    ways = np.asarray(store.array("way_tags"))[first]
    met = np.unique(np.r_[of[rows], ways])
    tags = [store.tags[number] for number in met.tolist()]
    fits = np.array([usable(each) for each in tags], dtype=bool)
    shut: Counter[str] = Counter()
    number, met_at, count = np.unique(ways, return_index=True, return_counts=True)
    for one in np.argsort(met_at).tolist():
        place = int(np.searchsorted(met, number[one]))
        why = None if fits[place] else shut_by(tags[place])
        if why is not None:
            shut[why] += int(count[one])
    which = np.searchsorted(met, of[rows])
    rows, which = rows[fits[which]], which[fits[which]]
    length = np.asarray(store.array("length"))[rows].astype(np.int64)
    start = np.asarray(store.array("start"))[rows]
    steps = np.arange(int(length.sum())) + np.repeat(start - np.cumsum(length) + length, length)
    node, xy = store.array("node")[steps], store.array("xy")[steps] / STEPS

    def around() -> Bounds:
        every = np.array([usable(each) for each in store.tags], dtype=bool)[store.array("run_tags")]
        boxes = store.array("box")[every]
        if not len(boxes):
            return EMPTY
        west, south = boxes[:, :2].min(axis=0).tolist()
        east, north = boxes[:, 2:].max(axis=0).tolist()
        return west, south, east, north

    return Ways(node, xy, length, tags, which, around, shut)


def unreadable(path: Path, why: str) -> InputError:
    """The refusal of an extract that osmium could not read, with its own words."""
    if "invalid location" in why:
        return InputError("inputs.osm_off_globe", file=path)
    return InputError("inputs.not_pbf", file=path, why=(why.strip().splitlines() or ["?"])[0][:200])


def write_down(path: Path, key: str, text: Path) -> None:
    """Let osmium write the ways down in a process of its own: a damaged file may abort it.

    Raises
    ------
    InputError
        As `read_ways`.
    OutputError
        If the text finds no room on the disk.
    """
    file = sound(path)
    code, said = _beside(str(file), key, str(text))
    if code == 0:
        return
    free = shutil.disk_usage(text.parent).free
    if free < _LEAST_FREE or "No space left" in said:
        raise OutputError("errors.no_room", file=text.parent, free=f"{free / 1e6:.0f}")
    if "MemoryError" in said or "bad_alloc" in said:
        raise MemoryError
    if code != 1:
        _, why = _beside(str(file))
        said = why or said
    raise unreadable(path, said)


def _beside(*arguments: str) -> tuple[int, str]:
    """Run osmium's program beside this one: its exit and its complaint."""
    command = [sys.executable, "-P", str(Path(__file__).with_name("_ways_as_text.py")), *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    return done.returncode, done.stderr.strip()


def parsed(
    lines: Sequence[str],
    kept: frozenset[str],
    ask: tuple[Callable[[Tags], bool], Callable[[Tags], str | None]],
    bounds: Bounds | None,
    path: Path,
    lost: list[int],
) -> Ways:
    """``w<id> T<tags> N<nodes>`` each; a node is ``n<id>x<longitude>y<latitude>``.

    Some of the nodes that have no place are put into ``lost``.
    """
    tags, number = _numbered_tags(lines, kept, path)
    usable, shut_by = ask
    fits = [usable(each) for each in tags]
    why = [None if fit else shut_by(each) for fit, each in zip(fits, tags, strict=True)]
    shut: Counter[str] = Counter()
    for row in np.flatnonzero(np.array([w is not None for w in why], dtype=bool)[number]).tolist():
        if _begins_in(lines[row], bounds):
            shut[why[number[row]] or ""] += 1
    wanted = np.array(fits, dtype=bool)[number]
    of, number = number, number[wanted]
    nodes = [line[line.rindex(" ") + 2 : -1] for line in compress(lines, wanted.tolist())]
    sizes = np.array([each.count(",") + 1 if each else 0 for each in nodes], dtype=np.int64)
    text = ",".join(filter(None, nodes)).replace("xy", _PLACELESS).translate(_NUMBERS)
    numbers = np.fromstring(text, sep=" ").reshape(-1, 3)
    node, xy = numbers[:, 0].astype(np.int64), numbers[:, 1:]
    way = np.repeat(np.arange(len(sizes)), sizes)
    placed = xy[:, 0] < 999
    lost += node[~placed][: _MOST_LOST - len(lost)].tolist()
    run = np.cumsum(np.r_[True, (way[1:] != way[:-1]) | ~placed[1:]][: len(way)])
    again = np.r_[False, (run[1:] == run[:-1]) & (node[1:] == node[:-1]) & placed[:-1]][: len(way)]
    kept_node = placed & ~again
    length = np.bincount(run[kept_node], minlength=(run[-1] if len(run) else 0) + 1)
    kept_node &= length[run] > 1 if len(run) else False
    node, xy, run, way = node[kept_node], xy[kept_node], run[kept_node], way[kept_node]
    start = np.flatnonzero(np.r_[True, run[1:] != run[:-1]][: len(run)])
    length = np.diff(np.r_[start, len(run)])
    if not len(start):
        return Ways(node, xy, length, tags, length, lambda: EMPTY, shut, of)
    low, high = np.minimum.reduceat(xy, start), np.maximum.reduceat(xy, start)
    found: Bounds = (*low.min(axis=0).tolist(), *high.max(axis=0).tolist())
    if bounds is not None:
        near = (low <= bounds[2:]).all(axis=1) & (high >= bounds[:2]).all(axis=1)
        inside = np.repeat(near, length)
        node, xy, length, start = node[inside], xy[inside], length[near], start[near]
    return Ways(node, xy, length, tags, number[way[start]], lambda: found, shut, of)


def begins(lines: Sequence[str]) -> npt.NDArray[np.int32]:
    """int32[n, 2]: the first node of each line that has a place, in steps of a ten-millionth of a degree.

    `NOWHERE` where none of its nodes has one.
    """
    found = [_PLACE.search(line, line.rindex(" ")) for line in lines]
    places = [(NOWHERE, NOWHERE) if p is None else (float(p[1]) * STEPS, float(p[2]) * STEPS) for p in found]
    return np.round(np.array(places, dtype=np.float64).reshape(-1, 2)).astype(np.int32)


def _begins_in(line: str, bounds: Bounds | None) -> bool:
    """Whether the first node of a line that has a place lies within the bounds."""
    place = _PLACE.search(line, line.rindex(" "))
    if bounds is None or place is None:
        return place is not None
    west, south, east, north = bounds
    return west <= float(place[1]) <= east and south <= float(place[2]) <= north


def _numbered_tags(
    lines: Sequence[str], kept: frozenset[str], path: Path
) -> tuple[list[Tags], npt.NDArray[np.int64]]:
    """The distinct sets of tags kept, and which of them each line has; each distinct text is read once."""
    wanted: dict[str, bool] = {}
    known: dict[str, int] = {}
    distinct: dict[Tags, int] = {}
    which = np.empty(len(lines), np.int64)
    before = ""
    for row, line in enumerate(lines):
        begin = line.index(" ")
        if line[:begin] == before:
            raise InputError("inputs.history_file", file=path)
        before, text = line[:begin], line[begin + 2 : line.rindex(" ")]
        number = known.get(text)
        if number is None:
            pairs = []
            for pair in text.split(","):
                keep = wanted.get(pair)
                if keep is None:
                    keep = wanted[pair] = pair[: pair.index("=")] in kept
                if keep:
                    pairs.append(pair)
            pairs.sort()
            number = known[text] = distinct.setdefault(",".join(pairs), len(distinct))
        which[row] = number
    return list(distinct), which


def decoded(tag: str) -> tuple[str, str]:
    """Key and value of one of the tags, as OpenStreetMap has them."""
    key, _, value = tag.partition("=")
    return _plain(key), _plain(value)


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "%" in text else text
