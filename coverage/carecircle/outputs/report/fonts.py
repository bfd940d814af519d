"""Chinese fonts of this computer: found by name, looked into glyph by glyph, so that no tofu is printed."""

from __future__ import annotations

import os
import struct
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from carecircle.texts import Sentence

FOLDER = "CARECIRCLE_FONTS"
"""Names a folder of further font files, for computers where nothing may be installed."""
_SERIF = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN", "Noto Serif SC", "SimSun", "Songti SC",
    "STSong", "NSimSun", "FangSong", "STFangsong", "AR PL UMing CN", "Noto Serif CJK JP", "Noto Serif CJK TC",
)  # fmt: skip
_SANS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC", "Microsoft YaHei",
    "PingFang SC", "SimHei", "DengXian", "Hiragino Sans GB", "Heiti SC", "STHeiti", "STXihei",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "Noto Sans CJK JP", "Noto Sans CJK TC",
)  # fmt: skip
_TYPST = frozenset(map(ord, "⌈⌉⌊⌋"))
"""Signs of the reasons' formulas that typst's own mathematical font brings."""


@dataclass(frozen=True)
class Fonts:
    """The families a report is set in.

    Parameters
    ----------
    serif, sans
        For running text; for headings, tables and maps. One stands for both where only one is there.
    search
        What typst searches for files, read once.
    """

    serif: str
    sans: str
    search: Any

    def absent(self, text: str) -> frozenset[str]:
        """The characters that no font at hand has a glyph for: the two families, then the others."""
        asked = {ord(c) for c in set(text) if c >= " "} - _TYPST
        for path, index in self._files():
            if not asked:
                break
            asked -= glyphs(path, index, frozenset(asked))
        return frozenset(map(chr, asked))

    def _files(self) -> list[tuple[Path, int]]:
        families = (self.serif, self.sans)
        faces = [f for f in self.search.fonts() if f.path and f.style == "normal"]
        ranked = sorted(faces, key=lambda f: (f.family not in families, f.family, f.path, f.index))
        return list(dict.fromkeys((Path(f.path), f.index) for f in ranked))


@cache
def find() -> Fonts | None:
    """The Chinese families of this computer, by preference; None where there is none.

    Searched are the system's font folders (Windows, macOS, Linux) and the folder that `FOLDER` names.
    """
    import typst

    own = os.environ.get(FOLDER)
    search = typst.Fonts(font_paths=[Path(own)] if own else [])
    families = set(search.families())
    serif = next((f for f in _SERIF if f in families), None)
    sans = next((f for f in _SANS if f in families), None)
    if serif is None and sans is None:
        return None
    return Fonts(serif or sans or "", sans or serif or "", search)


def how_to_mend() -> Sentence:
    """What to install where there is no Chinese font."""
    return Sentence("report.no_font", {"variable": FOLDER})


def legible(text: str, absent: frozenset[str]) -> str:
    """The text with each character that has no glyph named by its number: ``[U+2B5AF]``."""
    return "".join(f"[U+{ord(c):04X}]" if c in absent else c for c in text) if absent else text


def glyphs(path: Path, index: int, asked: frozenset[int]) -> set[int]:
    """Those of the asked code points that a face has a glyph for (its ``cmap``, formats 4 and 12)."""
    firsts, lasts = _segments(path, index)
    return {c for c in asked if any(c <= lasts[i] for i in _before(firsts, c))}


@cache
def _segments(path: Path, index: int) -> tuple[list[int], list[int]]:
    """First and last code points of a face's segments, read once a run."""
    with path.open("rb") as file:
        head = file.read(12)
        start = 0
        if head[:4] == b"ttcf":
            file.seek(12 + 4 * index)
            (start,) = struct.unpack(">I", file.read(4))
        file.seek(start + 4)
        (count,) = struct.unpack(">H", file.read(2))
        file.seek(start + 12)
        records = [struct.unpack(">4sIII", file.read(16)) for _ in range(count)]
        place = next(((o, n) for tag, _, o, n in records if tag == b"cmap"), None)
        if place is None:
            return [], []
        file.seek(place[0])
        table = file.read(place[1])
    (subtables,) = struct.unpack(">H", table[2:4])
    offsets = {struct.unpack(">I", table[8 + 8 * i : 12 + 8 * i])[0] for i in range(subtables)}
    ranges = sorted(r for offset in sorted(offsets) for r in _ranges(table, offset))
    return [low for low, _ in ranges], [high for _, high in ranges]


def _before(firsts: list[int], code: int) -> range:
    """The last few segments that begin at or before a code point (those of several subtables overlap)."""
    after = bisect_right(firsts, code)
    return range(max(0, after - 4), after)


def _ranges(table: bytes, offset: int) -> Iterable[tuple[int, int]]:
    """First and last code point of each segment of a subtable that has glyphs."""
    (kind,) = struct.unpack(">H", table[offset : offset + 2])
    if kind == 12:
        (groups,) = struct.unpack(">I", table[offset + 12 : offset + 16])
        at = offset + 16
        for first, last, _ in struct.iter_unpack(">III", table[at : at + 12 * groups]):
            yield first, last
    elif kind == 4:
        (twice,) = struct.unpack(">H", table[offset + 6 : offset + 8])
        ends = struct.unpack(f">{twice // 2}H", table[offset + 14 : offset + 14 + twice])
        at = offset + 16 + twice
        starts = struct.unpack(f">{twice // 2}H", table[at : at + twice])
        yield from ((a, b) for a, b in zip(starts, ends, strict=True) if a != 0xFFFF)
