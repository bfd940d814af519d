"""Facilities out of an OpenStreetMap extract: nodes, ways and relations by their tags, one point each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle import categories
from carecircle.errors import InputError
from carecircle.inputs.osm.file import sound
from carecircle.inputs.osm.store import Store, store_of
from carecircle.inputs.osm.ways import unreadable
from carecircle.inputs.tables import values
from carecircle.schema import Finding
from carecircle.texts import Sentence

_NOWHERE = 2147483647
_MOST_NAMED = 5
_AS_TEXT: Mapping[str, Callable[[Any], Any]] = {
    "designations": tuple, "attributes": dict, "roles_told": frozenset,
}  # fmt: skip
"""Columns that a store holds as JSON."""


@dataclass(frozen=True, eq=False)
class _Feature:
    """One tagged feature: ``n``, ``w`` or ``r`` with its number, its tags and its shape."""

    id: str
    tags: Mapping[str, str]
    shape: BaseGeometry
    category: str
    designations: tuple[str, ...]


def read_osm_facilities(path: Path) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Health facilities of an OpenStreetMap extract, as those of a table (`inputs.facilities.reading`) come.

    A feature mapped twice counts once: a way that outlines a tagged relation, and a node inside a polygon of
    the same or a wider category that bears the same name or none.

    Raises
    ------
    InputError
        If the file is cut short, not a PBF, or holds no health facility.
    """
    store = store_of(path)
    if store is not None:
        return _stored(store, path)
    try:
        features = _features(path)
    except Exception as error:  # whatever a damaged file makes osmium say
        if isinstance(error, MemoryError):
            raise
        raise unreadable(path, str(error) or type(error).__name__) from error
    kept = _once(features)
    if not kept:
        raise InputError("inputs.no_osm_facilities", file=path)
    findings = _mapping(kept, path)
    if len(kept) < len(features):
        facts = {"count": len(features) - len(kept)}
        findings.append(Finding("note", Sentence("inputs.osm_twice", facts), str(path)))
    past = [categories.is_past(f.tags) for f in kept]
    if any(past):
        named = [f.tags.get("name") or f.id for f, over in zip(kept, past, strict=True) if over]
        gone = Sentence("inputs.osm_past", {"count": len(named), "names": named[:_MOST_NAMED]})
        findings.append(Finding("note", gone, str(path)))
    points = [f.shape if f.shape.geom_type == "Point" else f.shape.representative_point() for f in kept]
    frame = {
        "facility_id": [f.id for f in kept],
        "name": [f.tags.get("name:zh") or f.tags.get("name") or f.id for f in kept],
        "category": [f.category for f in kept],
        "designations": _objects([f.designations for f in kept]),
        "status": ["closed" if over else "open" for over in past],
        "capacity": np.nan,
        "area_id": pd.Series([None] * len(kept), dtype=object),
        "attributes": _objects([_attributes(f.tags) for f in kept]),
        "roles_told": _objects([frozenset()] * len(kept)),
        "source": path.name,
        "row": np.arange(1, len(kept) + 1),
    }
    return gpd.GeoDataFrame(frame, geometry=points, crs=4326), findings


def _stored(store: Store, path: Path) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """What `to_store` has put there."""
    notes = json.loads((store.folder / "facilities.json").read_text(encoding="utf-8"))
    if not notes["count"]:
        raise InputError("inputs.no_osm_facilities", file=path)
    frame = gpd.read_parquet(store.folder / "facilities.parquet")
    for column, kind in _AS_TEXT.items():
        frame[column] = _objects([kind(json.loads(text)) for text in frame[column]])
    frame["area_id"] = pd.Series([None] * len(frame), dtype=object)
    frame["source"] = path.name
    found = [Finding(level, Sentence(key, facts), str(path)) for level, key, facts in notes["findings"]]
    return frame[notes["columns"]], found


def to_store(path: Path, folder: Path) -> None:
    """Write the facilities of an extract into a folder, as `read_osm_facilities` reads them from a store.

    Raises
    ------
    InputError
        As `read_osm_facilities`, but for an extract without any: that is written down too.
    """
    frame: gpd.GeoDataFrame | None = None
    found: list[Finding] = []
    try:
        frame, found = read_osm_facilities(path)
    except InputError as error:
        if error.sentence.key != "inputs.no_osm_facilities":
            raise
    if frame is not None:
        plain = frame.drop(columns=["area_id", "source"])
        for column in _AS_TEXT:
            texts = [json.dumps(sorted(v) if isinstance(v, frozenset) else v) for v in frame[column]]
            plain[column] = texts
        plain.to_parquet(folder / "facilities.parquet", index=False)
    notes = [[f.level, f.sentence.key, dict(f.sentence.facts)] for f in found]
    about = (
        {"count": 0, "columns": []} if frame is None else {"count": len(frame), "columns": [*frame.columns]}
    )
    text = json.dumps({**about, "findings": notes}, ensure_ascii=False)
    (folder / "facilities.json").write_text(text, encoding="utf-8")


def _objects(items: list[object]) -> pd.Series:
    column = np.empty(len(items), dtype=object)
    for position, item in enumerate(items):
        column[position] = item
    return pd.Series(column, dtype=object)


def _features(path: Path) -> list[_Feature]:
    """Every feature whose tags mean a facility; relations are put together from the ways they name."""
    import osmium

    found: list[_Feature] = []
    relations: dict[int, tuple[dict[str, str], list[tuple[str, int]]]] = {}
    path = sound(path)
    keys = osmium.filter.KeyFilter(*categories.KEYS)
    for relation in osmium.FileProcessor(str(path), osmium.osm.RELATION).with_filter(keys):
        tags = {t.k: t.v for t in relation.tags}
        if categories.from_osm_tags(tags) is not None:
            relations[relation.id] = (tags, [(m.type, m.ref) for m in relation.members])
    both = osmium.osm.NODE | osmium.osm.WAY
    for item in osmium.FileProcessor(str(path), both).with_locations().with_filter(keys):
        tags = {t.k: t.v for t in item.tags}
        meant = categories.from_osm_tags(tags)
        shape = _shape(item)
        if meant is not None and shape is not None:
            found.append(_Feature(f"{'n' if item.is_node() else 'w'}{item.id}", tags, _filled(shape), *meant))
    members = {pair for _, named in relations.values() for pair in named}
    shapes = _member_shapes(path, members) if members else {}
    for number, (tags, named) in relations.items():
        lines = [shapes[m] for m in named if m[0] == "w" and m in shapes]
        spots = [shapes[m] for m in named if m[0] == "n" and m in shapes]
        meant = categories.from_osm_tags(tags)
        if meant is not None and (lines or spots):
            outline = {f"w{ref}" for kind, ref in named if kind == "w"}
            found = [f for f in found if f.id not in outline]
            shape = _assembled(lines) if lines else spots[0]
            found.append(_Feature(f"r{number}", tags, shape, *meant))
    return sorted(found, key=lambda f: ("nwr".index(f.id[0]), int(f.id[1:])))


def _member_shapes(path: Path, members: set[tuple[str, int]]) -> dict[tuple[str, int], BaseGeometry]:
    """Shapes of the nodes and ways that relations name, tagged or not."""
    import osmium

    shapes: dict[tuple[str, int], BaseGeometry] = {}
    both = osmium.osm.NODE | osmium.osm.WAY
    wanted = osmium.filter.IdFilter([ref for _, ref in members])
    for item in osmium.FileProcessor(str(path), both).with_locations().with_filter(wanted):
        key = ("n" if item.is_node() else "w", item.id)
        shape = _shape(item) if key in members else None
        if shape is not None:
            shapes[key] = shape
    return shapes


def _shape(item: Any) -> BaseGeometry | None:
    """A node's point or a way's line; None where the file does not place it."""
    if item.is_node():
        return shapely.Point(item.lon, item.lat)
    return _line([(n.x, n.y) for n in item.nodes])


def _line(nodes: list[tuple[int, int]]) -> BaseGeometry | None:
    xy = [(x / 1e7, y / 1e7) for x, y in nodes if x != _NOWHERE]
    if not xy:
        return None
    return shapely.LineString(xy) if len(set(xy)) > 1 else shapely.Point(xy[0])


def _filled(line: BaseGeometry) -> BaseGeometry:
    """A closed line as the polygon it bounds."""
    if line.geom_type != "LineString" or not line.is_closed or len(line.coords) < 4:
        return line
    polygon = shapely.Polygon(line.coords)
    return polygon if polygon.is_valid else shapely.make_valid(polygon)


def _assembled(lines: list[BaseGeometry]) -> BaseGeometry:
    """The polygons that a relation's ways bound together, else the ways themselves."""
    bounded = shapely.polygonize([shapely.union_all(lines)])
    return shapely.union_all(shapely.get_parts(bounded)) if len(bounded.geoms) else shapely.union_all(lines)


def _once(features: list[_Feature]) -> list[_Feature]:
    """Without nodes that a polygon of the same category, and of the same name or theirs missing, holds."""
    polygons = [f for f in features if f.shape.geom_type in ("Polygon", "MultiPolygon")]
    nodes = [f for f in features if f.id[0] == "n"]
    if not polygons or not nodes:
        return features
    tree = shapely.STRtree([f.shape for f in polygons])
    drop = set()
    for node, polygon in zip(*tree.query([f.shape for f in nodes], predicate="intersects"), strict=True):
        one, other = nodes[node], polygons[polygon]
        names = {one.tags.get("name"), other.tags.get("name")} - {None}
        if _related(one.category, other.category) and len(names) < 2:
            drop.add(one.id)
    return [f for f in features if f.id not in drop]


def _related(one: str, other: str) -> bool:
    """Whether one category is the other or a kind of it."""
    return one in categories.descendants(other) or other in categories.descendants(one)


def _attributes(tags: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    beds = values.number(tags.get("beds") or tags.get("capacity:beds"))
    if beds is not None:
        found["beds"] = beds
    owner = categories.ownership(tags.get("operator:type", ""))
    if owner is not None:
        found["ownership"] = owner
    return found


def _mapping(features: list[_Feature], path: Path) -> list[Finding]:
    """A note for each pair of tags and the category they were read as."""
    counts: Counter[tuple[str, str]] = Counter()
    for feature in features:
        tags = " ".join(f"{k}={feature.tags[k]}" for k in categories.KEYS if k in feature.tags)
        counts[tags, feature.category] += 1
    return [
        Finding(
            "note",
            Sentence("inputs.osm_mapping", {"tags": tags, "category": category, "count": count}),
            str(path),
        )
        for (tags, category), count in sorted(counts.items())
    ]
