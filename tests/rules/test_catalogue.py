"""The catalogue: every clause there, every quotation verbatim and holding its number, every sentence said."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator

import jsonschema
import pytest

from carecircle.rules import catalogue, load_plan, need_sentence, needs, plan_schema, plans_json, required
from carecircle.rules.language.rule import Rule
from carecircle.texts import wording
from realdata import plan_text

CLAUSES = {
    "luojiang": ("L", 17),
    "wutongqiao": ("W", 11),
    "taonan": ("T", 13),
    "beibei": ("B", 16),
    "panzhihua": ("P", 16),
}
RULES = [(plan, rule) for plan in CLAUSES for rule in load_plan(plan).rules]
WORDS = {60: ["一小时"], 120: ["2小时"], 15: ["一刻钟"]}


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_all_73_clauses_stand_in_the_catalogue() -> None:
    assert set(catalogue()) == {*CLAUSES, "china", "world"}
    for plan, (letter, number) in CLAUSES.items():
        clauses = {rule.clause for rule in load_plan(plan).rules}
        assert clauses == {f"{letter}{n}" for n in range(1, number + 1)}
    assert sum(number for _, number in CLAUSES.values()) == 73


@pytest.mark.parametrize(("plan", "clause"), [("luojiang", "L10"), ("beibei", "B9")])
def test_long_clauses_are_split(plan: str, clause: str) -> None:
    assert sum(rule.clause == clause for rule in load_plan(plan).rules) >= 15


@pytest.mark.real
@pytest.mark.parametrize("plan", CLAUSES)
def test_quotations_are_verbatim(plan: str) -> None:
    text = squeezed(plan_text(f"{plan}.txt").read_text(encoding="utf-8"))
    for rule in load_plan(plan).rules:
        for quote in (rule.quote, *(u.quote for u in rule.unless)):
            assert squeezed(quote) in text, (rule.id, quote)


def numbers_of(rule: Rule) -> Iterator[float]:
    """Every number a rule's quotation must hold."""
    if rule.limit is not None:
        yield rule.limit
    elif isinstance(rule.target, tuple):
        share = rule.kind == "ratio" and rule.target[1] <= 0.5
        yield from (round(end * 100, 6) if share else end for end in rule.target)
    elif rule.target is not None and rule.kind in ("share", "presence"):
        if rule.target < 1:
            yield round(rule.target * 100, 6)
    elif rule.target is not None:
        yield rule.target
    if rule.each is not None:
        yield rule.each.value
    yield from (c.value for c in rule.when)


def holds_number(quote: str, value: float) -> bool:
    text = re.sub(r"(\d\.) (\d)", r"\1\2", unicodedata.normalize("NFKC", quote))
    found = {float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)}
    found |= {float(n) * 10_000 for n in re.findall(r"(\d+(?:\.\d+)?)(?=万|～10万|-10万|—10万)", text)}
    found |= {n / 100 for n in found}
    words = {1: "一每均", 0: "不再不推动"}.get(int(value), "") if value in (0, 1) else ""
    return value in found or any(w in quote for w in [*words, *WORDS.get(int(value), [])])


SAID_IN_WORDS = {
    "L10.public_health.total_2020": "0.0078万人",
    "W10.specialties_people": "named one by one",
    "W10.specialties_tcm": "named one by one",
    "W11.maternal_mortality.text": "none: 未出现孕产妇死亡",
    "T8.quality_populous": "populous is a mark",
    "B12.specialties": "more than there are: 在现有基础上有新增",
    "B12.level3a": "one more beside the two of 2020: 三甲医院1家",
    "T11.fever_populous": "populous is a mark",
    "P14.fever_populous": "populous is a mark",
    "P14.recommended": "populous is a mark",
    "P5.hospitals": "ten: 7 of the city and 3 of large companies",
    "T13.life_expectancy": "79: 78以上, 提高1岁左右",
    "W11.guidance_centres": "named one by one",
}


@pytest.mark.parametrize(("plan", "rule"), RULES, ids=[r.id for _, r in RULES])
def test_quotations_hold_their_number(plan: str, rule: Rule) -> None:
    assert len(squeezed(rule.quote)) >= 8
    for value in numbers_of(rule):
        assert (
            rule.id in SAID_IN_WORDS
            or holds_number(rule.quote, value)
            or (
                value == 1
                and re.search(
                    "建成|建立|设置|设立|组建|加强|推动|全覆盖|建设|推进|网络|构建|清零|配备|接诊|布局",
                    rule.quote,
                )
            )
        ), (rule.id, value, rule.quote)


def test_contradictions_name_each_other() -> None:
    for plan in CLAUSES:
        rules = load_plan(plan)
        for rule in rules.rules:
            for other in rule.contradicts:
                assert rule.id in rules.find(other).contradicts


BINDING = {"luojiang": 5, "wutongqiao": 4, "taonan": 0, "panzhihua": 4, "beibei": 10}


@pytest.mark.parametrize(("plan", "number"), BINDING.items())
def test_binding_rows(plan: str, number: int) -> None:
    assert sum(rule.modality == "binding" for rule in load_plan(plan).rules) == number


@pytest.mark.real
@pytest.mark.parametrize("plan", BINDING)
def test_binding_rows_are_the_tables_own(plan: str) -> None:
    """约束性 stands alone in a cell of an indicator table, once a binding row."""
    text = plan_text(f"{plan}.txt").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.strip() == "约束性"]
    assert len(rows) == BINDING[plan]


def test_softening_words_stand_in_the_quotation() -> None:
    for plan, rule in RULES:
        for word in rule.softeners:
            assert word in rule.quote or any(word in u.quote for u in rule.unless), (plan, rule.id, word)


def test_every_need_is_a_sentence_and_every_query_has_a_name() -> None:
    for plan in CLAUSES:
        loaded = load_plan(plan)
        for rule in loaded.rules:
            for code in needs(rule):
                assert need_sentence(code).text("zh")
                assert need_sentence(code).text("en")
        keys = [q.key for q in required(loaded)]
        assert len(keys) == len(set(keys))
        assert all(
            key.isascii() and q.label("zh") and q.label("en")
            for key, q in zip(keys, required(loaded), strict=True)
        )


def test_plans_as_plain_data() -> None:
    data = json.loads(json.dumps(plans_json([load_plan(p) for p in catalogue()]), ensure_ascii=False))
    by_id = {p["id"]: p for p in data["plans"]}
    l1 = by_id["luojiang"]["rules"][0]
    assert set(l1) == {
        "rule", "title", "clause", "kind", "section", "quote", "states", "source", "provenance",
        "modality", "softeners", "target", "needs",
    }  # fmt: skip
    assert {"facilities", "residents", "urban"} <= set(l1["needs"])


def test_plan_files_fit_their_schema() -> None:
    import tomllib
    from importlib import resources

    for plan in catalogue():
        text = (resources.files("carecircle.rules") / "plans" / f"{plan}.toml").read_text(encoding="utf-8")
        jsonschema.validate(tomllib.loads(text), plan_schema())


def test_units_and_kinds_are_said_in_both_languages() -> None:
    said = wording()
    for _, rule in RULES:
        assert f"rules.kind_{rule.kind}" in said
    for key, forms in said.items():
        if key.startswith("rules."):
            assert set(forms) == {"zh", "en"}, key
