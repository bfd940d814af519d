"""One area as the rules look at it, and what kind of its level it is: 街道 or 乡镇, 社区 or 村."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry

_STREET = ("街道", "街道办事处", "办事处", "subdistrict", "street")
_COMMUNITY = ("社区", "居委会", "居民委员会", "社区居委会", "社区居民委员会", "community")
_NEITHER = ("场", "虚拟生活区", "生活区", "开发区", "园区", "管理区", "工业区", "保护区", "虚拟社区")
"""Endings of what official divisions list beside towns and villages: farms, zones, holding areas."""
_RURAL = ("镇", "乡", "苏木", "村", "村委会", "村民委员会", "嘎查", "town", "township", "village")


@dataclass(frozen=True)
class Area:
    """One area of a level; ``kind`` is street, township, community or village, empty for none of these."""

    id: str
    name: str
    kind: str
    shape: BaseGeometry | None


def area_of(level: str, row: Mapping[Hashable, Any]) -> Area:
    """A row of the areas frame as an area of its level."""
    return Area(str(row["area_id"]), str(row["name"]), _kind(level, row), _shape(row["geometry"]))


def _kind(level: str, row: Mapping[Hashable, Any]) -> str:
    """street or township, community or village: by the file's type, else the name, else the urban mark.

    Empty for a farm, a zone or a holding area, which official divisions list beside them.
    """
    if level == "county":
        return "county"
    high, words, low = (
        ("street", _STREET, "township") if level == "town" else ("community", _COMMUNITY, "village")
    )
    for text in (row.get("area_type"), row.get("type"), row["name"]):
        plain = str(text).strip().casefold() if isinstance(text, str) else ""
        if plain.endswith(_NEITHER):
            return ""
        if plain.endswith(words):
            return high
        if plain.endswith(_RURAL):
            return low
    return high if row["urban"] is True or row["urban"] == 1 else low


def _shape(shape: BaseGeometry | None) -> BaseGeometry | None:
    return None if shape is None or shape.is_empty else shape
