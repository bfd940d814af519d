"""Every sentence is said in both languages, with the same facts."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from carecircle.profiles import mode_name
from carecircle.texts import LANGUAGES, Sentence, say, wording


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("key", sorted(wording()))
def test_both_languages_hold_the_same_facts(key: str) -> None:
    forms = wording()[key]
    assert set(forms) == set(LANGUAGES), key
    if forms == {"zh": "{zh}", "en": "{en}"}:
        return  # carries a name that already has both forms
    assert placeholders(forms["zh"]) == placeholders(forms["en"]), key
    assert bool(forms["zh"].strip()) == bool(forms["en"].strip()), key


@pytest.mark.parametrize("key", sorted(wording()))
def test_the_english_holds_no_chinese_wording(key: str) -> None:
    chinese = re.findall(r"[\u4e00-\u9fff]+", wording()[key]["en"])
    assert not [c for c in chinese if c not in wording()[key]["zh"]], key


def test_facts_are_said_as_a_reader_expects() -> None:
    sentence = Sentence("analysis.judging", {"rules": 12345})
    assert sentence.text("en") == "judging 12,345 rules"
    assert sentence.text("zh") == "评判 12,345 条规则"
    assert set(sentence.both()) == {"zh", "en"}
    nested = Sentence("analysis.building", {"mode": mode_name("walk")})
    assert nested.text("zh") == "构建路网（步行）"


def test_an_unknown_key_or_a_missing_fact_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        say("errors.no_such_sentence")
    with pytest.raises(KeyError):
        say("errors.row")
