"""The catalogue: what each clause of every plan asks and what it needs, from the plans themselves."""

from __future__ import annotations

from functools import cache
from typing import Any

from carecircle.rules import Plan, Rule, catalogue, load_plan, need_sentence, needs, plans_json
from carecircle.rules.language.cited import cited
from carecircle.rules.plan_data import asked
from carecircle.texts import Language, Sentence

HEADS = {
    "en": """# The plans, clause by clause

{published} published plans and {norms} catalogues of norms come with carecircle, {rules} rules in all. \
For each rule: the words, where they stand, the figure asked, and the inputs it is judged from. What is \
left out of a study is never guessed; its rules come out NOT_ASSESSED. The same list as data: \
`carecircle plans --json`.
""",
    "zh": """# 规划与标准逐条

carecircle 附带 {published} 份已发布的规划和 {norms} 份标准汇编，共 {rules} 条规则。下表由规划文件生成，\
逐条列出原文、出处、指标值和评判所需的数据。研究中缺少的数据不作推测，相应条款为“未评判”。以数据形式取得\
同一份清单：`carecircle plans --json`。
""",
}
WORDS = {
    "en": ("| rule | kind | the plan's words | asked | needs |", "{} ({})", "{}.", "–", "; "),
    "zh": ("| 规则 | 种类 | 原文 | 要求 | 需要的数据 |", "{}（{}）", "{}。", "～", "；"),
}


@cache
def _catalogue() -> tuple[Plan, ...]:
    """Every plan that comes with carecircle, read once for all languages."""
    return tuple(load_plan(plan) for plan in catalogue())


def page(language: Language = "en") -> str:
    """The whole page in MyST Markdown."""
    loaded = _catalogue()
    plans = plans_json(loaded)["plans"]
    row, beside, ended, *_ = WORDS[language]
    published = sum(bool(p["region"]) for p in plans)  # the others are catalogues, no region's own
    rules = sum(len(p["rules"]) for p in plans)
    lines = [HEADS[language].format(published=published, norms=len(plans) - published, rules=rules)]
    for plan, rules_of in zip(plans, loaded, strict=True):
        name = beside.format(plan["region"], plan["id"]) if plan["region"] else f"`{plan['id']}`"
        lines += [f"## {name}", "", ended.format(plan["title"]), "", row, "|---|---|---|---|---|"]
        lines += [_row(rule, language) for rule in rules_of.rules]
        lines.append("")
    return "\n".join(lines)


def _row(rule: Rule, language: Language) -> str:
    _, beside, _, to, and_ = WORDS[language]
    kind = Sentence(f"rules.kind_{rule.kind}")
    wanted = and_.join(need_sentence(code).text(language) for code in needs(rule)) or "—"
    quoted = beside.format(_cell(rule.words), _cell(cited(rule).text(language)))
    return (
        f"| {_cell(rule.id)} | {kind.text(language)} `{rule.kind}` | {quoted} "
        f"| {_asked(asked(rule), to)} | {_cell(wanted)} |"
    )


def _asked(target: Any, to: str) -> str:
    if target is None:
        return "—"
    return to.join(f"{t:,g}" for t in target) if isinstance(target, list) else f"{target:,g}"


def _cell(text: str) -> str:
    escaped = " ".join(str(text).split()).replace("\\", "\\\\")
    for mark in "|*_`[]$<~":
        escaped = escaped.replace(mark, f"\\{mark}")
    return escaped
