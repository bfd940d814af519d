"""What the joined frames give away about the files they came from: cheap checks, run on every study."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle import categories
from carecircle.crs import between
from carecircle.ledgers import InputsLedger
from carecircle.schema import LEVELS, Finding
from carecircle.texts import Sentence

MOST = 30
"""At most this many findings of one kind; one more says how many were left out."""
SAME_PLACE_M = 20.0
"""Two facilities of one name nearer than this are taken for one."""
_SLIVER_M = 50.0
"""Gaps and overlaps no wider than this are drawing errors, wider ones may be meant."""
_COMPARED = 50
"""Facilities of one place or one name that each other is compared with."""
_CROWD_PER_KM2 = 60_000.0
"""No county is as dense as this; a grid that says so holds something else than residents."""
_EXPONENT = re.compile(r"\d(\.\d+)?e\+\d+", re.IGNORECASE)
_BRACKETS = re.compile(r"[\s()\[\]（）【】·,，、\-_]+")


def limited(findings: list[Finding], *, file: str | None = None, more: int = 0) -> list[Finding]:
    """The first findings of one kind, and a note that counts the rest (and ``more`` that were not made)."""
    if len(findings) + more <= MOST:
        return findings
    sentence = Sentence("inputs.and_more", {"count": len(findings) + more - MOST})
    return [*findings[:MOST], Finding(findings[0].level, sentence, file)]


def once_for_all_modes(findings: Sequence[Finding]) -> list[Finding]:
    """What holds for several modes of travel said once, naming them all, in the order first met.

    Findings are the same where level, sentence, place in the file and facts are, but for the mode; one about
    a facility also where only the metres to each mode's roads differ: they are then named in turn.
    """
    same: dict[tuple[object, ...], list[Finding]] = {}
    for f in findings:
        facts = dict(f.sentence.facts)
        about: tuple[object, ...] = ()
        facts.pop("mode", None)
        if "name" in facts:
            facts.pop("metres", None)
            about = (f.lon, f.lat)
        same.setdefault((f.level, f.sentence.key, f.file, f.row, *about, *facts.items()), []).append(f)
    return [_of_modes(group) if len(group) > 1 else group[0] for group in same.values()]


def _of_modes(group: Sequence[Finding]) -> Finding:
    """One finding for a group that differs in its modes alone; twice the same finding is one."""
    facts = dict(group[0].sentence.facts)
    modes = list(dict.fromkeys(f.sentence.facts["mode"] for f in group if "mode" in f.sentence.facts))
    if len(modes) > 1:
        facts["mode"] = Sentence("inputs.together", {"first": modes[:-1], "last": modes[-1]})
    metres = [f.sentence.facts["metres"] for f in group if "metres" in f.sentence.facts]
    if len(set(metres)) > 1:
        facts["metres"] = Sentence("inputs.together", {"first": metres[:-1], "last": metres[-1]})
    return replace(group[0], sentence=Sentence(group[0].sentence.key, facts))


def lon_lat(points: gpd.GeoSeries) -> npt.NDArray[np.float64]:
    """Longitude and latitude of points in any CRS, one row each; NaN where there is none."""
    shapes = points.to_numpy()
    xy = np.full((len(shapes), 2), np.nan)
    there = ~shapely.is_missing(shapes)
    back = between(points.crs, 4326)
    x, y = back.transform(shapely.get_x(shapes[there]), shapely.get_y(shapes[there]))
    xy[there] = np.column_stack([x, y])
    return xy


# ---- facilities ---------------------------------------------------------------------------------------


def facilities_outside(facilities: gpd.GeoDataFrame) -> list[Finding]:
    """A note for each facility beyond the boundary: it may serve, it never counts."""
    outside = facilities[~facilities["inside"].astype(bool)]
    return limited(_each(outside, "note", "facility_outside"))


def _each(rows: gpd.GeoDataFrame, level: str, key: str, **facts: object) -> list[Finding]:
    places = lon_lat(rows.geometry) if len(rows) else np.empty((0, 2))
    return [
        Finding(
            level,  # type: ignore[arg-type]
            Sentence(f"inputs.{key}", {"name": name, **facts}),
            file=source,
            row=None if pd.isna(row) else int(row),
            lon=None if math.isnan(x) else float(x),
            lat=None if math.isnan(y) else float(y),
        )
        for name, source, row, (x, y) in zip(rows["name"], rows["source"], rows["row"], places, strict=True)
    ]


def folded_name(name: object) -> str:
    """A facility's name without brackets, spaces and widths."""
    return _BRACKETS.sub("", unicodedata.normalize("NFKC", str(name))).casefold()


def same_name(one: str, other: str) -> bool:
    """Whether two folded names may be one facility's: equal, one the other's ending, or nearly equal.

    罗江区人民医院 is 德阳市罗江区人民医院; 第一人民医院 is not 第二人民医院.
    """
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and long.endswith(short):
        return True
    if any(c in "一二三四五六七八九十0123456789东西南北" for c in set(one) ^ set(other)):
        return False
    return len(short) >= 5 and difflib.SequenceMatcher(None, one, other).ratio() >= 0.85


def facilities_twice(facilities: gpd.GeoDataFrame) -> list[Finding]:
    """A warning for each pair of open facilities of one name within 20 m, or one placed and one not."""
    rows = facilities[facilities["status"] == "open"].reset_index(drop=True)
    names = [folded_name(n) for n in rows["name"]]
    ids, called = [str(i) for i in rows["facility_id"]], rows["name"].tolist()

    def distinct(i: int, j: int) -> bool:
        """Whether two rows claim to be two facilities: cells of one count (a-1, a-2) do not."""
        cells = ids[i].rpartition("-")[0] == ids[j].rpartition("-")[0] != ""
        return not (cells and called[i] == ids[i])

    placed = np.flatnonzero(rows.geometry.notna().to_numpy())
    pairs: set[tuple[int, int]] = set()
    if len(placed) > 1:
        shapes = rows.geometry.to_numpy()[placed]
        spot = pd.DataFrame({"x": shapely.get_x(shapes), "y": shapely.get_y(shapes)})
        first = (spot.groupby(["x", "y"]).cumcount() < _COMPARED).to_numpy()
        placed, shapes = placed[first], shapes[first]
        tree = shapely.STRtree(shapes)
        a, b = tree.query(shapes, predicate="dwithin", distance=SAME_PLACE_M)
        near = zip(placed[a[a < b]].tolist(), placed[b[a < b]].tolist(), strict=True)
        pairs |= {(i, j) for i, j in near if same_name(names[i], names[j]) and distinct(i, j)}
    loose = np.flatnonzero(rows.geometry.isna().to_numpy()).tolist()
    by_name: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        by_name.setdefault(name, []).append(i)
    for i in loose:
        pairs |= {(min(i, j), max(i, j)) for j in by_name[names[i]][:_COMPARED] if i != j and distinct(i, j)}
    found = []
    for i, j in sorted(pairs)[:MOST]:
        facts = {"other": rows["name"].iat[i], "other_row": f"{rows['source'].iat[i]} {rows['row'].iat[i]}"}
        found += _each(rows.iloc[[j]], "warning", "facility_doubled", **facts)
    return limited(found, more=len(pairs) - len(found))


def codes_broken(frames: Mapping[str, Iterable[object]]) -> list[Finding]:
    """A warning for each id that a spreadsheet has turned into ``5.10604E+11``."""
    found = [
        Finding("warning", Sentence("inputs.exponent_code", {"value": value}), column=column)
        for column, ids in frames.items()
        for value in ids
        if isinstance(value, str) and _EXPONENT.fullmatch(value)
    ]
    return limited(found)


# ---- areas --------------------------------------------------------------------------------------------


def boundary_flaws(areas: gpd.GeoDataFrame, region: BaseGeometry) -> list[Finding]:
    """Overlaps between areas of one level, and gaps between them and the study's boundary."""
    found: list[Finding] = []
    for level in LEVELS:
        here = areas[(areas["level"] == level) & areas.geom_type.isin(["Polygon", "MultiPolygon"])]
        here = here.sort_values("area_id").reset_index(drop=True)
        if here.empty:
            continue
        shapes = here.geometry.to_numpy()
        a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        a, b = a[a < b], b[a < b]
        overlap = shapely.intersection(shapes[a], shapes[b])
        for i, j, part in zip(a.tolist(), b.tolist(), overlap.tolist(), strict=True):
            if part.area > 1.0 and _wide(part):
                facts = {"one": here["name"].iat[i], "other": here["name"].iat[j], "ha": part.area / 1e4}
                found.append(_at(part, "overlap_sliver" if _thin(part) else "overlap", facts, areas.crs))
        whole = shapely.union_all(shapes)  # at the bounding level, the region itself
        gaps = None if shapely.equals_exact(whole, region, 0.0) else shapely.difference(region, whole)
        pieces = [g for g in shapely.get_parts(gaps) if g.area > 1.0 and _wide(g)]
        thin = [g for g in pieces if _thin(g)]
        if thin:
            facts = {"count": len(thin), "ha": sum(g.area for g in thin) / 1e4, "level": _level(level)}
            found.append(_at(max(thin, key=lambda g: g.area), "gap_slivers", facts, areas.crs))
        found += [
            _at(gap, "gap", {"ha": gap.area / 1e4, "level": _level(level)}, areas.crs)
            for gap in sorted((g for g in pieces if not _thin(g)), key=lambda g: -g.area)[:MOST]
        ]
    return limited(found)


def _wide(shape: BaseGeometry) -> bool:
    """Whether a shape is wider than what projecting long straight borders may open (ten metres)."""
    return not shape.buffer(-5.0).is_empty


def _thin(shape: BaseGeometry) -> bool:
    return bool(shape.buffer(-_SLIVER_M / 2).is_empty)


def _level(level: str) -> Sentence:
    return Sentence(f"inputs.level_{level}")


def _at(shape: BaseGeometry, key: str, facts: Mapping[str, object], crs: pyproj.CRS) -> Finding:
    lon, lat = lon_lat(gpd.GeoSeries([shape.representative_point()], crs=crs))[0]
    level = "note" if "sliver" in key else "warning"
    return Finding(level, Sentence(f"inputs.{key}", facts), lon=float(lon), lat=float(lat))  # type: ignore[arg-type]


def empty_villages(areas: gpd.GeoDataFrame, demand: gpd.GeoDataFrame) -> list[Finding]:
    """A warning for each village that holds nobody although the level is filled elsewhere."""
    villages = areas[areas["level"] == "village"]
    people = demand.groupby("area_id")["residents"].sum()
    counts = villages["area_id"].map(people).fillna(0.0)
    if villages.empty or not (counts > 0).any():
        return []
    empty = villages[(counts == 0).to_numpy()]
    found = [
        Finding("warning", Sentence("inputs.village_empty", {"name": name, "value": area_id}))
        for name, area_id in zip(empty["name"], empty["area_id"], strict=True)
    ]
    return limited(found)


# ---- residents ----------------------------------------------------------------------------------------


def totals_against_official(
    official: float | None, inside: float, region_km2: float, cell_km2: float | None
) -> list[Finding]:
    """The residents' input against the census: units, densities taken for counts, plain disagreement.

    Parameters
    ----------
    official
        Official residents of the study, None where nobody says.
    inside
        Residents inside the boundary as read.
    region_km2, cell_km2
        Area of the study and of one grid cell (None: not a grid).
    """
    if inside <= 0:
        return []
    if official is None or official <= 0:
        dense = inside / region_km2 if region_km2 > 0 else 0.0
        if dense > _CROWD_PER_KM2:
            return [Finding("warning", Sentence("inputs.too_dense", {"density": dense}))]
        return []
    ratio = inside / official
    facts = {"found": inside, "official": official, "percent": round(100 * (ratio - 1), 1)}
    if cell_km2 is not None and abs(math.log(cell_km2)) > math.log(3):
        for power, key in ((-1.0, "density_as_count"), (1.0, "count_as_density")):
            if 0.6 < ratio / cell_km2**power < 1.6:
                return [Finding("warning", Sentence(f"inputs.{key}", facts))]
    for factor, unit in ((1e4, "万人"), (1e3, "千人")):
        if 0.6 < ratio / factor < 1.6:
            return [Finding("warning", Sentence("inputs.official_units", {**facts, "unit": unit}))]
    if abs(ratio - 1) > 0.02:
        level = "warning" if abs(ratio - 1) > 0.1 else "note"
        return [Finding(level, Sentence("inputs.official_differs", facts))]  # type: ignore[arg-type]
    return []


def official_residents(areas: gpd.GeoDataFrame, totals: pd.DataFrame, year: int) -> float | None:
    """Official residents of the whole study: its own figure, else the sum over its top areas."""
    rows = totals[
        np.array([categories.area_attribute(str(a)) == "residents" for a in totals["attribute"]], bool)
    ]
    away = (pd.to_numeric(rows["year"], errors="coerce") - year).abs().fillna(10_000)
    known: dict[str, float] = {}
    values = dict(zip(rows.index, rows["value"].astype("float64").tolist(), strict=True))
    for index in away.sort_values(ascending=False, kind="stable").index:
        known[str(rows.at[index, "area_id"])] = values[index]
    if "" in known or "region" in known:
        return known.get("", known.get("region"))
    top = areas[areas["parent_id"].isna()] if len(areas) else areas
    own = dict(zip(top["area_id"], np.asarray(top["official_residents"], np.float64), strict=True))
    figures = [known[a] if a in known else float(v) for a, v in own.items()]
    return math.fsum(figures) if figures and all(f == f for f in figures) else None


def frame_findings(
    *,
    areas: gpd.GeoDataFrame,
    region: BaseGeometry,
    facilities: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame | None,
    ledger: InputsLedger | None,
    totals: pd.DataFrame,
    year: int,
    cell_km2: float | None,
) -> list[Finding]:
    """Every cheap check of the joined frames; the arguments are as `Inputs` holds them."""
    found = facilities_outside(facilities) + facilities_twice(facilities)
    found += codes_broken({"facility_id": facilities["facility_id"], "area_id": areas["area_id"]})
    if len(areas):
        found += boundary_flaws(areas, region)
    if demand is not None and ledger is not None and len(areas):
        found += empty_villages(areas, demand)
        official = official_residents(areas, totals, year)
        found += totals_against_official(official, ledger.inside, region.area / 1e6, cell_km2)
    return found
