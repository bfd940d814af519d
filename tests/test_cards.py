"""The cards by which results show themselves: escaped, in the study's language, small."""

from __future__ import annotations

from dataclasses import replace

import pytest

from carecircle.analysis import Analysis, analyze
from carecircle.cards import Mark, card
from carecircle.colours import CARDS
from carecircle.siting.remedy import site
from carecircle.study import Study, load_study
from carecircle.texts import LANGUAGES, Sentence
from realdata import ROOT
from worlds import street_study

ATTACK = "</td><script>alert(1)</script>"


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_text_is_escaped_and_what_is_unknown_is_left_out() -> None:
    facts = [(Sentence("cards.plan"), ATTACK), (Sentence("cards.year"), None)]
    html = card("en", ATTACK, facts, mark=Mark(ATTACK, "bad"), quote=ATTACK, rows=[(ATTACK, 12345.0, None)])
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 5
    assert "target year" not in html
    assert "12,345" in html
    assert html.count("<div") == html.count("</div>")


@pytest.mark.parametrize("colour", CARDS.values())
def test_white_on_a_mark_can_be_read(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_study_shows_what_it_reads_and_assumes(language: str) -> None:
    study: Study = load_study(ROOT / "data").model_copy(update={"language": language})
    html = study._repr_html_()
    assert f'lang="{language}"' in html
    assert {"zh": "目标年", "en": "target year"}[language] in html
    assert "residents.tif" in html
    assert "plan.toml" in html
    assert len(html) < 4000


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analyze(street_study(tmp_path_factory.mktemp("cards")))


@pytest.mark.parametrize(("language", "word"), [("zh", "现状"), ("en", "observed")])
def test_a_verdict_speaks_the_studys_language(analysis: Analysis, language: str, word: str) -> None:
    assert {v.language for v in analysis.verdicts} == {analysis.study.language}
    verdict = replace(analysis.verdicts[0], language=language)  # type: ignore[arg-type]
    html = verdict._repr_html_()
    assert word in html
    assert verdict.quote in html
    assert verdict.outcome.sentence.text(language) in html  # type: ignore[arg-type]


def test_an_analysis_lists_every_rule(analysis: Analysis) -> None:
    html = analysis._repr_html_()
    assert all(v.rule in html for v in analysis.verdicts)
    assert len(html) < 20_000


def test_a_siting_says_where_and_how_sure(analysis: Analysis) -> None:
    html = site(analysis, clauses=["S2"], sites=2)._repr_html_()
    assert Sentence("cards.optimal").text(analysis.study.language) in html
    assert "2. " in html
    assert len(html) < 6000


def test_in_a_terminal_each_is_one_line(analysis: Analysis) -> None:
    shown = [analysis, analysis.verdicts[0], site(analysis, clauses=["S2"], sites=1)]
    assert all(len(repr(thing)) < 120 and "\n" not in repr(thing) for thing in shown)
    assert repr(analysis) == "<Analysis of street by street: 1 FAIL, 1 PASS>"
