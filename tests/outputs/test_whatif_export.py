"""A scenario named and exported in the page goes into `carecircle site` and `carecircle run --with`."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from browser import visit
from commands import call
from trialtown import write_town
from worlds import east

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NAME = "方案 甲/1"
SITES = [
    {"id": "new-a", "name": '东,"新"', "category": "乡镇卫生院"},
    {"id": "new-b", "name": "西", "category": "乡镇卫生院"},
]


@pytest.fixture(scope="module")
def exported(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any]]:
    """Two sites and a closing tried in the page of a run, named, and saved by its button."""
    folder = tmp_path_factory.mktemp("export")
    study = write_town(folder)
    with pytest.MonkeyPatch.context() as patch:
        assert call(patch, "run", study, "--out", folder / "before") == 0
    with visit(browser, folder / "before" / "gap_map.html") as seen:
        tab = seen.page
        tab.locator("[data-rule='W.walk']").click()
        tab.locator("#cc-try").click()
        for site, place in zip(SITES, ((2400, 600), (300, 2500)), strict=True):
            lon, lat = east(*place)
            tab.evaluate("(s) => carecircle.whatif.add(s)", {**site, "lon": lon, "lat": lat})
        tab.evaluate("() => carecircle.whatif.toggle('f00')")
        tab.locator("#cc-name").fill(NAME)
        tab.locator("#cc-name").press("Enter")
        with tab.expect_download() as saved:
            tab.locator("[data-cc=whatif] .cc-button", has_text="导出表格").click()
        assert saved.value.suggested_filename == "town-方案_甲_1.csv"
        table = folder / saved.value.suggested_filename
        saved.value.save_as(table)
        told = {v["rule"]: v for v in tab.evaluate("() => carecircle.whatif.verdicts()")}
        seen.clean()
    return study, table, told


def test_the_table_is_one_that_excel_opens(exported: tuple[Path, Path, dict[str, Any]]) -> None:
    text = exported[1].read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert text.count(b"\r\n") == 4
    rows = list(csv.DictReader(text.decode("utf-8-sig").splitlines()))
    assert [(r["facility_id"], r["name"], r["status"]) for r in rows] == [
        ("new-a", '东,"新"', "open"), ("new-b", "西", "open"), ("f00", "第0所", "closed"),
    ]  # fmt: skip


def test_run_with_judges_it_as_the_page_does(
    exported: tuple[Path, Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    study, table, told = exported
    assert call(monkeypatch, "run", study, "--with", table, "--out", tmp_path / "after") == 0
    found = json.loads((tmp_path / "after" / "verdicts.json").read_text(encoding="utf-8"))["verdicts"]
    assert {v["rule"] for v in found} == set(told)
    for verdict in found:
        said = told[verdict["rule"]]
        for key in ("outcome", "observed", "margin", "residents_affected", "ledger"):
            assert said[key] == verdict[key], (verdict["rule"], key)


def test_site_chooses_among_its_sites_with_the_closing_made(
    exported: tuple[Path, Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    study, table, told = exported
    command = ["site", study, "--clause", "W.walk", "--candidates", table]
    assert call(monkeypatch, *command, "--sites", "2", "--out", tmp_path / "both") == 0
    found = json.loads((tmp_path / "both" / "siting.json").read_text(encoding="utf-8"))
    assert found["candidates"] == 2
    assert sorted(s["name"] for s in found["sites"]) == sorted(s["name"] for s in SITES)
    after = next(c for c in found["clauses"] if c["rule"] == "W.walk")
    assert after["observed_after"] == pytest.approx(told["W.walk"]["observed"], rel=1e-12)
    assert call(monkeypatch, *command, "--sites", "1", "--out", tmp_path / "one") == 0
    one = json.loads((tmp_path / "one" / "siting.json").read_text(encoding="utf-8"))
    assert one["sites"][0]["name"] == found["sites"][0]["name"]


def test_a_table_of_closings_alone_is_nowhere_to_build(
    exported: tuple[Path, Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    study, table, _ = exported
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    shut = tmp_path / "shut.csv"
    shut.write_text("\n".join([lines[0], lines[-1]]) + "\n", encoding="utf-8-sig")
    out = tmp_path / "none"
    assert call(monkeypatch, "site", study, "--clause", "W.walk", "--candidates", shut, "--out", out) == 2
    assert "没有可以建设的地点" in capsys.readouterr().err
