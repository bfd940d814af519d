"""Damaged extracts: a refusal with the file's name, never an abort, and no disk's fault laid on the file."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from carecircle.errors import InputError, OutputError
from carecircle.inputs.areas.known_areas import areas_in_extract
from carecircle.inputs.facilities.osm import read_osm_facilities
from carecircle.inputs.osm.ways import read_ways


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _extract(tmp_path_factory.mktemp("osm") / "good.osm.pbf", 31.0)


def _extract(path: Path, latitude: float) -> Path:
    import osmium
    import osmium.osm.mutable as make

    with osmium.SimpleWriter(str(path)) as out:
        for i in range(1, 2000):
            tags = {"amenity": "hospital"} if i % 100 == 7 else {}
            place = (104 + i * 1e-4, latitude if i == 7 else 31.0)
            out.add_node(make.Node(id=i, version=1, location=place, tags=tags))
        for i in range(1, 1000):
            tags = {"highway": "residential", "name": f"r{i}"}
            out.add_way(make.Way(id=i, version=1, nodes=[i, i + 1, i + 2], tags=tags))
    return path


def _ways(path: Path) -> int:
    return sum(len(w.length) for w in read_ways(path, "highway", ["highway"], lambda _: True, None))


def test_a_whole_extract_is_read(extract: Path) -> None:
    assert _ways(extract) == 999
    assert len(read_osm_facilities(extract)[0]) == 20


def test_a_node_beyond_the_pole_is_refused(tmp_path: Path) -> None:
    path = _extract(tmp_path / "pole.osm.pbf", 91.0)
    for reader in (_ways, read_osm_facilities):
        with pytest.raises(InputError, match=r"pole\.osm\.pbf") as caught:
            reader(path)
        assert "do not exist on Earth" in str(caught.value)


def test_an_extract_cut_short_or_with_a_flipped_bit_is_read_or_refused(extract: Path, tmp_path: Path) -> None:
    raw, chance = extract.read_bytes(), random.Random(7)
    damaged = [raw[:n] for n in (0, 5, 60, len(raw) // 2, len(raw) - 9)]
    for _ in range(4):
        flipped = bytearray(raw)
        flipped[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        damaged.append(bytes(flipped))
    told: list[str] = []
    refused = 0
    for number, content in enumerate(damaged):
        path = tmp_path / f"{number}.osm.pbf"
        path.write_bytes(content)
        for reader in (_ways, read_osm_facilities, lambda p: areas_in_extract(p, name="x")):
            try:
                reader(path)
            except InputError as error:
                told.append(str(error))
        assert all(path.name in said for said in told[refused:])
        refused = len(told)
    assert refused >= 15


def test_a_full_temporary_folder_is_not_the_extracts_fault(
    extract: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "short.osm.pbf"
    path.write_bytes(extract.read_bytes()[:200])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100))
    with pytest.raises(OutputError, match="TMPDIR"):
        _ways(path)
