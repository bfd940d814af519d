"""OpenStreetMap's XML as people have it: drafts, packed files, histories, objects in any order."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import numpy as np
import pytest
import shapely

from carecircle.errors import InputError
from carecircle.inputs.datum import study_crs
from carecircle.inputs.osm.file import sound
from carecircle.inputs.roads.edges import read_roads
from carecircle.profiles import modes
from carecircle.study import Roads

CRS = study_crs(104.5, 31.3)
EVERYWHERE = shapely.box(-1e7, -1e7, 2e7, 2e7)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="JOSM">\n'
WAY = '<way id="{way}"><nd ref="{a}"/><nd ref="{b}"/><tag k="highway" v="residential"/></way>\n'
NODE = '<node id="{ref}" lat="31.3" lon="{lon}"/>\n'


def nodes(*refs: int) -> str:
    return "".join(NODE.format(ref=ref, lon=104.5 + n / 100) for n, ref in enumerate(refs))


PLAIN = HEAD + nodes(1, 2, 3) + WAY.format(way=1, a=1, b=2) + WAY.format(way=2, a=2, b=3) + "</osm>\n"
DRAFT = (
    HEAD + WAY.format(way=-9, a=-1, b=2) + WAY.format(way=2, a=2, b=3)
    + WAY.format(way=3, a=3, b=-4).replace("<way ", "<way action='delete' ")
    + nodes(-1, 2, 3, -4).replace('id="2"', 'id="2" action="modify"') + "</osm>\n"
)  # fmt: skip


def roads(path: Path) -> tuple[int, list[float]]:
    edges = read_roads(Roads(path=path), CRS, EVERYWHERE, modes=modes())[0]
    return len(edges), sorted(np.round(edges["length_m"].astype(float), 1))


@pytest.mark.parametrize("text", [PLAIN, DRAFT], ids=["plain", "draft"])
@pytest.mark.parametrize("ending", [".osm", ".osm.gz", ".osm.bz2"])
def test_the_same_two_streets_however_saved(text: str, ending: str, tmp_path: Path) -> None:
    pack = {"z": gzip.compress, "2": bz2.compress}.get(ending[-1].lower(), bytes)
    path = tmp_path / f"town{ending}"
    path.write_bytes(pack(text.encode()))
    (tmp_path / "right.osm").write_text(PLAIN, encoding="utf-8")
    assert roads(path) == roads(tmp_path / "right.osm")
    assert roads(path)[0] == 4


def test_a_file_in_order_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "town.osm"
    path.write_text(PLAIN, encoding="utf-8")
    assert sound(path) == path


def test_an_edited_draft_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "town.osm"
    path.write_text(DRAFT, encoding="utf-8")
    assert roads(path)[0] == 4
    path.write_text(DRAFT.replace("action='delete' ", ""), encoding="utf-8")
    assert roads(path)[0] == 6


@pytest.mark.parametrize("name", ["town.osh", "town.osh.gz", "town.OSH.pbf"])
def test_a_history_by_its_name_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(PLAIN.encode())
    with pytest.raises(InputError, match="history file"):
        sound(path)


def test_a_history_under_a_plain_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "town.osm"
    old = NODE.format(ref=1, lon=104.4).replace("<node ", '<node version="1" visible="false" ')
    path.write_text(PLAIN.replace("<node", old + "<node", 1), encoding="utf-8")
    with pytest.raises(InputError, match="history file"):
        sound(path)


def test_ways_before_their_nodes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "town.osm"
    path.write_text(HEAD + WAY.format(way=1, a=1, b=2) + nodes(1, 2) + "</osm>\n", encoding="utf-8")
    with pytest.raises(InputError, match="osmium sort"):
        roads(path)


@pytest.mark.parametrize("ending", [".osm", ".osm.gz", ".osm.bz2"])
@pytest.mark.parametrize("text", [PLAIN, DRAFT], ids=["plain", "draft"])
def test_a_damaged_file_is_refused_in_words(text: str, ending: str, tmp_path: Path) -> None:
    pack = {"z": gzip.compress, "2": bz2.compress}.get(ending[-1], bytes)
    whole = pack((text + "<!-- " + "x" * 4000 + " -->").encode())
    path = tmp_path / f"town{ending}"
    for content in (whole[: len(whole) // 3], whole[:40] + b"\x00\xff" * 30 + whole[100:]):
        path.write_bytes(content)
        with pytest.raises(InputError):
            roads(path)


def test_a_draft_whose_number_is_no_number(tmp_path: Path) -> None:
    path = tmp_path / "town.osm"
    path.write_text(DRAFT.replace('ref="-1"', 'ref="-one"'), encoding="utf-8")
    with pytest.raises(InputError, match="one"):
        roads(path)
