"""Who counts as urban: each area's answer by the method the study names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd

from carecircle.inputs.tables import values
from carecircle.schema import LEVELS


def mark_urban(areas: gpd.GeoDataFrame, by: str) -> list[bool | None]:
    """Whether each area is urban, by the study's chosen method; an area without an answer asks its parent.

    Parameters
    ----------
    by
        ``mark`` (the areas' own), ``nbs_code``, ``community`` (社区 urban, 村 rural) or ``type`` (街道 urban,
        乡 and 镇 rural).
    """
    own = {
        row.area_id: _answer(by, row.level, row.name, row.urban, row.nbs_code, row.area_type)
        for row in areas[["area_id", "level", "name", "urban", "nbs_code", "area_type"]].itertuples(
            index=False, name="Area"
        )
    }
    parent = dict(zip(areas["area_id"], areas["parent_id"], strict=True))
    return [_walk_up(area_id, own, parent) for area_id in areas["area_id"]]


def _walk_up(area_id: str, own: Mapping[str, bool | None], parent: Mapping[str, str | None]) -> bool | None:
    at: str | None = area_id
    for _ in LEVELS:
        if not isinstance(at, str) or at not in own:
            return None
        if own[at] is not None:
            return own[at]
        at = parent.get(at)
    return None


def _answer(by: str, level: str, name: str, mark: object, code: object, kind: object) -> bool | None:
    if by == "mark":
        return mark if isinstance(mark, bool) else None
    if by == "nbs_code":
        return values.nbs_urban(code)
    words = [w for w in (kind, name) if isinstance(w, str)]
    if by == "community" and level == "village":
        return _by_ending(
            words, ("社区", "居委会", "居民委员会", "community"), ("村", "村委会", "村民委员会", "village")
        )
    if by == "type" and level == "town":
        return _by_ending(words, ("街道", "街道办事处", "subdistrict"), ("镇", "乡", "town", "township"))
    return None


def _by_ending(words: Sequence[str], urban: tuple[str, ...], rural: tuple[str, ...]) -> bool | None:
    for word in words:
        if word.lower().endswith(urban):
            return True
        if word.lower().endswith(rural):
            return False
    return None
