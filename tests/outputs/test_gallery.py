"""The index of an output folder and the gallery of many: what they say, where they lead, nothing fetched."""

from __future__ import annotations

import dataclasses
import json
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from browser import visit
from carecircle.errors import InputError
from carecircle.outputs import telling
from carecircle.outputs import write as write_folder
from carecircle.outputs.folder import FILES, read_run
from carecircle.outputs.gallery import write_gallery
from carecircle.outputs.index import write_index
from carecircle.outputs.offline import external_references
from carecircle.outputs.write import NAMES
from commands import call


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if tag == "a" and name == "href"]


def links(page: Path) -> list[str]:
    reader = Links()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader.found


@pytest.fixture(scope="module")
def folders(analysis: Any, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three counties: as it is, one with fewer people left out, one without residents."""
    place = tmp_path_factory.mktemp("prefecture")
    write_folder(analysis, place / "甲 县")
    for name, title, people in (("b", "<b>乙</b>县", 10.0), ("c", "丙县", None)):
        shutil.copytree(place / "甲 县", place / name)
        manifest = json.loads((place / name / "manifest.json").read_text(encoding="utf-8"))
        manifest |= {"title": title, "left_out": people}
        (place / name / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        write_index(place / name)
    return [place / name for name in ("b", "甲 县", "c")]


def test_every_file_of_a_run_has_its_line_in_the_index(folders: list[Path]) -> None:
    folder = folders[1]
    there = {p.name for p in folder.iterdir()} - {"index.html"}
    assert set(NAMES) - {"index.html"} <= set(FILES)
    found = links(folder / "index.html")
    assert there <= set(found)
    assert all((folder / link).is_file() for link in found)
    assert external_references((folder / "index.html").read_text(encoding="utf-8")) == []


def test_the_index_says_what_the_verdicts_say(analysis: Any, folders: list[Path]) -> None:
    run = read_run(folders[1])
    assert run.left_out == telling.residents_in_gap(analysis)
    assert run.fingerprint == telling.manifest_hash(analysis.manifest)
    came = [v.outcome.value for v in analysis.verdicts]
    assert dict(run.outcomes) == {o: came.count(o) for o in run.outcomes}
    text = (folders[1] / "index.html").read_text(encoding="utf-8")
    assert f"{run.left_out:,.0f}" in text
    for verdict in analysis.verdicts:
        if verdict.outcome.value == "FAIL":
            assert verdict.quote in text
            assert f"{verdict.residents_affected:,.0f}" in text


@pytest.mark.browser
def test_the_index_opens_offline_in_both_languages(browser: Any, folders: list[Path]) -> None:
    for width in (1440, 390):
        with visit(browser, folders[1] / "index.html", width=width, height=844) as seen:
            assert seen.page.locator("text=打开地图").first.is_visible()
            seen.page.click("#cc-language")
            assert seen.page.locator("text=Open the map").first.is_visible()
            assert not seen.page.locator("text=打开地图").first.is_visible()
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
            assert seen.page.evaluate("document.querySelector('img').naturalWidth") > 0
            seen.clean()


@pytest.mark.browser
def test_the_gallery_sets_studies_side_by_side_and_sorts_them(browser: Any, folders: list[Path]) -> None:
    page = write_gallery(folders, folders[0].parent / "并列" / "gallery.html", "zh")
    for link in links(page):
        assert (page.parent / unquote(link)).is_file(), link
    with visit(browser, page) as seen:
        titles = "() => [...document.querySelectorAll('article h2')].map((h) => h.textContent)"
        assert seen.page.evaluate(titles) == ["示例县（虚构）", "<b>乙</b>县", "丙县"]
        seen.page.click("[data-sort=name]")
        assert set(seen.page.evaluate(titles)) == {"示例县（虚构）", "<b>乙</b>县", "丙县"}
        assert seen.page.get_attribute("[data-sort=name]", "aria-pressed") == "true"
        seen.page.click("[data-sort=share]")
        assert seen.page.evaluate(titles)[0] == "示例县（虚构）"
        assert seen.page.locator("article img").count() == 3
        assert "没有人口数据" in seen.page.locator("article").nth(2).inner_text()
        seen.clean()


def test_a_folder_that_is_not_a_run_is_named_with_the_others(folders: list[Path], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    shutil.copytree(folders[0], tmp_path / "torn")
    (tmp_path / "torn" / "manifest.json").write_text("{", encoding="utf-8")
    shutil.copytree(folders[0], tmp_path / "old")
    (tmp_path / "old" / "manifest.json").write_text("{}", encoding="utf-8")
    bad = [tmp_path / name for name in ("empty", "torn", "old")]
    with pytest.raises(InputError) as told:
        write_gallery([folders[0], *bad], tmp_path / "gallery.html", "en")
    for folder in bad:
        assert str(folder) in told.value.text("en")
    assert not (tmp_path / "gallery.html").exists()
    with pytest.raises(InputError, match="not an output folder"):
        write_gallery([tmp_path / "empty"], tmp_path / "gallery.html", "en")


def test_the_command_writes_the_page_and_exits_two_on_a_bad_folder(
    folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "gallery", *folders, "--out", tmp_path / "g.html", "--lang", "en") == 0
    assert "g.html" in capsys.readouterr().out
    assert (tmp_path / "g.html").is_file()
    assert call(monkeypatch, "gallery", tmp_path, "--out", tmp_path / "h.html", "--lang", "en") == 2
    assert "not an output folder" in capsys.readouterr().err
    assert not (tmp_path / "h.html").exists()


def test_an_index_after_siting_lists_its_files(folders: list[Path], tmp_path: Path) -> None:
    shutil.copytree(folders[0], tmp_path / "run")
    (tmp_path / "run" / "siting_map.html").write_text("x", encoding="utf-8")
    write_index(tmp_path / "run")
    assert "siting_map.html" in links(tmp_path / "run" / "index.html")


def test_a_study_without_residents_has_an_index(analysis: Any, tmp_path: Path) -> None:
    inputs = dataclasses.replace(analysis.inputs, demand=None, ledger=None)
    bare = dataclasses.replace(analysis, inputs=inputs, verdicts=(), reached={}, surfaces={})
    write_folder(bare, tmp_path)
    assert read_run(tmp_path).left_out is None
    assert "没有人口数据" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert not (tmp_path / "demand.parquet").exists()
