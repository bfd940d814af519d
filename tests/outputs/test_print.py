"""The A3 print: however long a clause's lists are, every row of them is on paper."""

from __future__ import annotations

import dataclasses
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from browser import visit
from carecircle.outputs import gap_map
from carecircle.outputs.report.clauses import Said
from packreader import needs_poppler, squeezed

pytestmark = [pytest.mark.browser, needs_poppler]
MANY = 420


@pytest.fixture(scope="module")
def long_list(analysis: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small county with a clause that hundreds of units do not meet."""
    verdicts = list(analysis.verdicts)
    at = next(i for i, v in enumerate(verdicts) if v.rule == "M4.towns")
    (failing, *_) = [u for u in verdicts[at].units if u.outcome.value == "FAIL"]
    units = tuple(replace(failing, id=f"u{n}", name=f"第{n}号村") for n in range(MANY))
    verdicts[at] = replace(verdicts[at], units=units)
    path = tmp_path_factory.mktemp("print") / "gap_map.html"
    gap_map(dataclasses.replace(analysis, verdicts=tuple(verdicts))).save(str(path))
    return path


def printed(browser: Any, path: Path, rule: str, language: str, kept: Path) -> list[str]:
    """The text of each page of the print, squeezed, as laid out."""
    with visit(browser, path) as seen:
        if language == "en":
            seen.page.locator("#cc-language").click()
        seen.page.evaluate("(r) => document.querySelector(`#cc-verdicts [data-rule='${r}']`).click()", rule)
        seen.page.pdf(path=kept, prefer_css_page_size=True, print_background=True)
        seen.clean()
    done = subprocess.run(["pdftotext", "-raw", str(kept), "-"], capture_output=True, check=True)
    return [squeezed(page) for page in done.stdout.decode("utf-8").split("\f") if page.strip()]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_unit_of_a_long_list_is_on_paper(
    browser: Any, long_list: Path, root: Path, language: str
) -> None:
    kept = root / "maps" / "pictures" / f"print-{language}.pdf"
    kept.parent.mkdir(parents=True, exist_ok=True)
    sheet, *annex = printed(browser, long_list, "M4.towns", language, kept)
    said = Said(language)
    assert squeezed(said.outputs("page_see_annex")) in sheet
    assert "第0号村" not in sheet
    assert len(annex) >= 2
    text = "".join(annex)
    assert [n for n in range(MANY) if f"第{n}号村" not in text] == []
    for rule in ("M1.radius", "M2.time", "M3.load", "M4.towns"):
        assert rule in text
    size = subprocess.run(["pdfinfo", str(kept)], capture_output=True, check=True).stdout.decode()
    assert "(A3)" in size


def test_the_first_sheet_holds_the_clause_and_its_ledger_whole(
    browser: Any, analysis: Any, long_list: Path, tmp_path: Path
) -> None:
    sheet, *_ = printed(browser, long_list, "M1.radius", "zh", tmp_path / "p.pdf")
    verdict = next(v for v in analysis.verdicts if v.rule == "M1.radius")
    assert squeezed(verdict.quote) in sheet
    for part in ("covered", "not_covered", "outside", "total"):
        assert f"{getattr(verdict.ledger, part):,.0f}" in sheet
    assert squeezed(Said("zh").outputs("page_ranking")) in sheet
    assert "M2.time" not in sheet
