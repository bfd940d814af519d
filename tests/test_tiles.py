"""Tiles that would lie off the ground are refused with the reason, wherever they are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from carecircle.errors import InputError
from carecircle.outputs.map.basemap import origins
from carecircle.study import Outputs, Study, load_study
from carecircle.tiles import tile_fault

SHIFTED = {
    "https://webrd01.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}": "GCJ-02",
    "https://webst0{s}.is.autonavi.com/appmaptile?style=6&x={x}&y={y}&z={z}": "GCJ-02",
    "http://mt2.google.cn/vt/lyrs=m&x={x}&y={y}&z={z}": "GCJ-02",
    "https://rt{s}.map.gtimg.com/tile?z={z}&x={x}&y={y}": "GCJ-02",
    "//wprd01.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}": "GCJ-02",
    "https://maponline0.bdimg.com/tile/?x={x}&y={y}&z={z}": "BD-09",
}


@pytest.mark.parametrize("address", SHIFTED)
def test_tiles_of_a_shifted_provider_are_refused_with_the_reason(tmp_path: Path, address: str) -> None:
    study = tmp_path / "study.toml"
    text = f'version = 1\nname = "demo"\nplan = "luojiang"\n[outputs]\nbasemap = "{address}"\n'
    study.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_study(study)
    for language in ("zh", "en"):
        said = refused.value.text(language)
        assert SHIFTED[address] in said
        assert "tianditu_key" in said
    assert refused.value.column == "outputs.basemap"


@pytest.mark.parametrize(
    "address",
    [
        'https://a.example/"><script>alert(1)</script>',
        "https://a.example; script-src *;/{z}/{x}/{y}.png",
        "https://a.example'/{z}.png",
        "https://a.example,b.example/{z}.png",
        "https://a.example:8080;/{z}.png",
        "https://u@a.example/{z}.png",
        "https://a.example\n/{z}.png",
    ],
)
def test_an_address_cannot_leave_its_place(address: str) -> None:
    fault = tile_fault(address)
    assert fault is not None
    assert "not a valid address" in fault.text("en")
    with pytest.raises(InputError):
        origins(Study.model_construct(outputs=Outputs.model_construct(basemap=address)))


@pytest.mark.parametrize(
    "address",
    [
        "https://tiles.example.cn:8080/wmts?layer=a,b;c&z={z}",
        "https://[2001:db8::1]/{z}/{x}/{y}.png",
        "",
        "tiles/{z}/{x}/{y}.png",
        "https://tiles.example.gov.cn/{z}/{x}/{y}.png",
        "https://t{s}.tianditu.gov.cn/vec_w/wmts?tk=k",
        "https://notamap.com.example.org/{z}/{x}/{y}.png",
        "ground.pmtiles",
    ],
)
def test_other_tiles_are_not(address: str) -> None:
    assert tile_fault(address) is None
