"""Every sentence is said in both languages, with the same facts."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from carecircle.profiles import mode_name
from carecircle.texts import LANGUAGES, Language, Sentence, pattern, plurals, say, wording

CHOICE = re.compile(r"\{(\w+):([^{}]*\|[^{}]*)\}")
COUNTED = {
    "areas", "boundaries", "candidates", "cells", "changes", "children", "clauses", "columns", "counties",
    "edges", "errors", "facilities", "features", "findings", "fragments", "inputs", "nodes", "notes",
    "people", "pieces", "places", "points", "residents", "roads", "routes", "rows", "rules",
    "sites", "slivers", "stations", "studies", "subdistricts", "towns", "townships", "tries", "units",
    "villages", "warnings",
}  # fmt: skip
"""Every noun that a sentence of ours puts a number before."""
WORDS = {"mode", "level", "share", "observed", "counted"}
"""Facts that stand before such a noun and are never a bare number."""


KEYS: dict[str, list[str]] = {}
"""The sentences of each room."""
for _key in sorted(wording()):
    KEYS.setdefault(_key.split(".")[0], []).append(_key)


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("room", KEYS)
def test_both_languages_hold_the_same_facts(room: str) -> None:
    for key in KEYS[room]:
        forms = wording()[key]
        assert set(forms) == set(LANGUAGES), key
        if forms == {"zh": "{zh}", "en": "{en}"}:
            continue  # carries a name that already has both forms
        assert placeholders(forms["zh"]) == placeholders(forms["en"]), key
        assert bool(forms["zh"].strip()) == bool(forms["en"].strip()), key


@pytest.mark.parametrize("room", KEYS)
def test_the_english_holds_no_chinese_wording(room: str) -> None:
    for key in KEYS[room]:
        chinese = re.findall(r"[\u4e00-\u9fff]+", wording()[key]["en"])
        assert not [c for c in chinese if c not in wording()[key]["zh"]], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_of_a_form_is_complete(language: Language) -> None:
    """As many forms as the language has, none twice or blank, chosen by a fact that the sentence shows."""
    chosen = 0
    for key, sentence in wording().items():
        for name, forms in CHOICE.findall(sentence[language]):
            chosen += 1
            listed = forms.split("|")
            assert len(listed) == len(plurals(language)) == len(set(listed)), key
            assert all(form and form == form.strip() for form in listed), key
            assert f"{{{name}}}" in sentence[language], key
    assert (chosen > 100) is (language == "en")


def test_one_of_a_thing_is_not_many() -> None:
    """Where the fact before a noun is 1, no sentence goes on with the noun's plural."""
    said = [
        say(key, "en", **{name: 1 if name == counted else "‹›" for name in placeholders(forms["en"])})
        for key, forms in wording().items()
        for counted in dict.fromkeys(re.findall(r"\{(\w+)\} ", forms["en"]))
        if counted not in WORDS
    ]
    wrong = [
        text
        for text in said
        for before, noun in re.findall(r"(?<![\w.,])1 ((?:[a-z]+ )?)([a-z]+)", text)
        if {before.strip(), noun} & COUNTED
    ]
    assert len(said) > 300
    assert wrong == []


def test_a_number_chooses_the_form_by_what_is_shown() -> None:
    assert say("rules.unit_facilities", "en", value=1) == "1 facility"
    assert say("rules.unit_facilities", "en", value=1.0) == "1 facility"
    assert say("rules.unit_facilities", "en", value=1.5) == "1.5 facilities"
    assert say("rules.unit_facilities", "en", value=0) == "0 facilities"
    assert say("rules.unit_facilities", "en", value=1001) == "1,001 facilities"
    assert say("rules.unit_facilities", "en", value="1–3") == "1–3 facilities"
    assert say("rules.unit_facilities", "zh", value=1) == "1 个"
    assert say("listings.findings", "en", error=1, warning=2, note=1) == "1 error, 2 warnings, 1 note"
    assert pattern("rules.unit_facilities", "en") == "{value} facilities"


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
