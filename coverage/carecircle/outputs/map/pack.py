"""Numbers for the page: many columns in one compressed block that plain JavaScript unpacks at once."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

_TYPES = {
    "u8": np.uint8,
    "u16": np.uint16,
    "u32": np.uint32,
    "i32": np.int32,
    "f32": np.float32,
    "f64": np.float64,
}
DEGREE_STEP = 1e-6
"""Coordinates are kept to a millionth of a degree (0.11 m)."""

Reference = tuple[int, int, str, int, str]
"""Where a column lies: offset in bytes, count, type, 1 where it holds differences, the block's name."""


class Block:
    """A growing block of columns; `add` returns the reference by which the page finds one again.

    Each column is stored as byte planes (all first bytes, then all second bytes, …), little end first:
    such planes deflate two to four times better than the numbers in a row. ``level`` is deflate's effort.
    """

    def __init__(self, name: str = "", *, level: int = 9) -> None:
        self._name, self._level = name, level
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, values: npt.ArrayLike, kind: str, *, differences: bool = False) -> Reference:
        """Store a column as ``u8 u16 u32 i32 f32`` or ``f64``; with ``differences`` (i32) as steps.

        Raises
        ------
        AssertionError
            If the values do not fit the type exactly (a fault of ours).
        """
        column = np.asarray(values)
        stored = column.astype(_TYPES[kind])
        if not np.array_equal(stored.astype(np.float64), column.astype(np.float64), equal_nan=True):
            raise AssertionError(f"values do not fit {kind}")
        if differences:
            stored = np.diff(stored.astype(np.int64), prepend=0).astype(np.int32)
        little = np.ascontiguousarray(stored.astype(stored.dtype.newbyteorder("<")))
        planes = little.view(np.uint8).reshape(len(little), little.dtype.itemsize).T.tobytes()
        reference = (self._size, len(little), kind, int(differences), self._name)
        self._parts.append(planes)
        self._size += len(planes)
        return reference

    def add_exact(self, values: npt.ArrayLike) -> Reference:
        """Store doubles in the smallest type that holds every one exactly."""
        column = np.asarray(values, dtype=np.float64)
        for kind in ("u8", "u16", "u32", "f32"):
            with np.errstate(over="ignore", invalid="ignore"):
                if np.array_equal(column.astype(_TYPES[kind]).astype(np.float64), column):
                    return self.add(column, kind)
        return self.add(column, "f64")

    def add_degrees(self, values: npt.ArrayLike) -> Reference:
        """Store WGS 84 degrees as steps of `DEGREE_STEP`."""
        steps = np.round(np.asarray(values, dtype=np.float64) / DEGREE_STEP)
        return self.add(steps.astype(np.int32), "i32", differences=True)

    def add_shapes(self, geometries: npt.ArrayLike) -> dict[str, Any]:
        """Store the rings of polygons (or the lines) of WGS 84 geometries; an absent one has no rings."""
        shapes = np.asarray(geometries, dtype=object)
        rings, owner = _rings(shapes)
        xy = shapely.get_coordinates(rings)
        return {
            "x": self.add_degrees(xy[:, 0]),
            "y": self.add_degrees(xy[:, 1]),
            "lengths": self.add(shapely.get_num_coordinates(rings), "u32"),
            "rings": self.add(np.bincount(owner, minlength=len(shapes)), "u32"),
        }

    def text(self) -> str:
        """The block deflated (raw, no header) and written in base64."""
        squeeze = zlib.compressobj(level=self._level, wbits=-15)
        data = squeeze.compress(b"".join(self._parts)) + squeeze.flush()
        return base64.b64encode(data).decode("ascii")


class Blocks:
    """Blocks by name, each unpacked by the page only when something in it is first drawn."""

    def __init__(self, *, level: int = 9) -> None:
        self._blocks: dict[str, Block] = {}
        self._level = level

    def __getitem__(self, name: str) -> Block:
        return self._blocks.setdefault(name, Block(name, level=self._level))

    def texts(self) -> dict[str, str]:
        """Every block as it stands in the page."""
        return {name: block.text() for name, block in self._blocks.items()}


def _rings(shapes: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.intp]]:
    """Every ring or line of each geometry, and the geometry that each belongs to."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    polygon = shapely.get_type_id(parts) == 3
    if not polygon.any():
        return parts, owner
    rings, within = shapely.get_rings(parts[polygon], return_index=True)
    return rings, owner[polygon][within]


def page_json(data: Any) -> str:
    r"""JSON that is safe inside a ``<script>``: no ``<``, ``>``, ``&`` or line separator as such."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
