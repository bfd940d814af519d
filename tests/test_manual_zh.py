"""The manual in Chinese is the manual: page by page the same headings, commands, figures and formulas."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mirror import faults, parts, unofficial
from realdata import ROOT

import generated_pages  # isort: skip  (in docs/_ext, which manual puts on the path)
import mirrored  # isort: skip

DOCS = ROOT / "docs"


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_every_chinese_page_mirrors_one() -> None:
    assert {path.name for path in (DOCS / "zh").glob("*.md")} <= {path.name for path in DOCS.glob("*.md")}


@pytest.mark.parametrize("page", sorted(path.name for path in (DOCS / "zh").glob("*.md")))
def test_the_chinese_is_set_as_chinese_is(page: str) -> None:
    assert unofficial(text(DOCS / "zh" / page)) == []


BROKEN = {
    "a heading is lost": ("## 3. 结论\n", "", "headings"),
    "a command is another": ("carecircle doctor data/study.toml", "carecircle doctor study.toml", "code"),
    "a key of code is another": ('plan = "luojiang"', 'plan = "beibei"', "code"),
    "a figure is another": ("104,000", "140,000", "figures"),
    "a figure is lost": ("离急救中心 8 km", "离急救中心很远", "figures"),
    "a row is lost": ("| 无指标值 NO_THRESHOLD | 规划没有给出数值：只测算，不评判 |\n", "", "tables"),
    "a word of code is lost": ("`max_snap_m`", "接入上限", "words of code"),
    "a paragraph is lost": ("两次运行的结果用下面的命令比较：\n\n", "", "paragraphs"),
    "a link is lost": ("[选址](siting.md)", "选址", "links"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_breaks_the_mirror_is_seen(how: str) -> None:
    whole, other, seen = BROKEN[how]
    page = next(p for p in ("start.md", "concepts.md") if whole in text(DOCS / "zh" / p))
    english, chinese = text(DOCS / page), text(DOCS / "zh" / page)
    found = faults(english, chinese.replace(whole, other))
    assert len(found) >= 1
    assert seen in found[0]


def test_planners_need_no_terminal() -> None:
    for folder in (DOCS, DOCS / "zh"):
        page = text(folder / "planners.md")
        assert "```" not in page
        assert not re.search(
            r"\b(python|pip|make|terminal|carecircle [a-z]+ )", page.replace("run carecircle", "")
        )


def test_half_width_and_english_are_seen() -> None:
    assert unofficial("# 标题\n\n居民,机构。") != []
    assert unofficial("# 标题\n\n居民(机构)。") != []
    assert unofficial("# 标题\n\n居民到不了机构。") != []
    assert unofficial("# 标题\n\n" + "An English sentence that somebody forgot. " * 3) != []
    assert unofficial("# 标题\n\n居民（3,000 人，`a, b`），Hakimi 1964 (p-median)。") == []


def test_code_may_differ_in_its_comments_alone() -> None:
    english = "# A\n\n```toml\nkey = 1  # a word\n# a line\n```\n"
    assert faults(english, english.replace("# a word", "# 词").replace("# a line\n", "")) == []
    assert faults(english, english.replace("key = 1", "key = 2")) != []


def test_the_chinese_index_says_what_stays_english() -> None:
    index = text(DOCS / "zh" / "index.md")
    assert "以下内容保留英文" in index
    for page in ("api.md", "architecture.md", "benchmarks.md"):
        assert f"]({page})" in index


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return generated_pages.made()


def test_generated_parts_are_in_both_languages(made: dict[str, str]) -> None:
    english = {name for name in made if name.startswith("generated/") and not name.endswith(".svg")}
    assert {name for name in made if name.startswith("zh/")} == {f"zh/{name}" for name in english}
    for name in english:
        ours, theirs = parts(made[name]), parts(made[f"zh/{name}"])
        assert [p.level for p in ours] == [p.level for p in theirs], name
        assert [p.tables for p in ours] == [p.tables for p in theirs], name
        assert [p.code for p in ours] == [p.code for p in theirs], name


def test_the_tables_of_roads_are_in_chinese(made: dict[str, str]) -> None:
    words = re.sub(r"`[^`]*`|（[^（）]*）", "", made["zh/generated/road_tables.txt"])
    assert not re.findall(r"\b[a-z]+ [a-z]+\b", words)


def test_the_chinese_lists_of_names_are_the_english_ones() -> None:
    english, chinese = text(DOCS / "api.md"), text(DOCS / "zh" / "api.md")
    assert mirrored.names(english, chinese) == chinese, "run make rooms"
    assert chinese.count("carecircle.reach.") > 10
    assert "toctree" not in chinese  # one page a name: the English one's
