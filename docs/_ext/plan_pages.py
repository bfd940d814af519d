"""The catalogue: what each clause of every plan asks and what it needs, from the plans themselves."""

from __future__ import annotations

from typing import Any

from carecircle.rules import Rule, catalogue, load_plan, need_sentence, needs, plans_json
from carecircle.rules.language.cited import cited
from carecircle.rules.plan_data import asked
from carecircle.texts import Sentence


def page() -> str:
    """The whole page in MyST Markdown."""
    plans = plans_json(load_plan(plan) for plan in catalogue())["plans"]
    lines = [
        "# The plans, clause by clause · 规划与标准逐条",
        "",
        f"{_published(plans)} published plans and {len(plans) - _published(plans)} catalogues of norms come "
        f"with carecircle, {sum(len(p['rules']) for p in plans)} rules in all. For each rule: the words, "
        "where they stand, the figure asked, and the inputs it is judged from. "
        "What is left out of a study is never guessed; its rules come out NOT_ASSESSED. "
        "The same list as data: `carecircle plans --json`.",
        "",
        "下表由规划文件生成：原文、指标值、评判所需的数据。缺少数据的条款为“未评判”，不作推测。",
        "",
    ]
    for plan in plans:
        name = f"{plan['region']}（{plan['id']}）" if plan["region"] else f"`{plan['id']}`"
        lines += [f"## {name}", "", f"{plan['title']}。", ""]
        lines += [
            "| rule 规则 | kind 种类 | the plan's words 原文 | asked 要求 | needs 需要 |",
            "|---|---|---|---|---|",
        ]
        lines += [_row(rule) for rule in load_plan(plan["id"]).rules]
        lines.append("")
    return "\n".join(lines)


def _published(plans: list[dict[str, Any]]) -> int:
    """How many are a region's own plan."""
    return sum(bool(p["region"]) for p in plans)


def _row(rule: Rule) -> str:
    kind = Sentence(f"rules.kind_{rule.kind}")
    wanted = "；".join(need_sentence(code).text("zh") for code in needs(rule)) or "—"
    return (
        f"| {_cell(rule.id)} | {kind.text('zh')} `{rule.kind}` | {_cell(rule.words)}"
        f"（{_cell(cited(rule).text('zh'))}） | {_asked(asked(rule))} | {_cell(wanted)} |"
    )


def _asked(target: Any) -> str:
    if target is None:
        return "—"
    return "～".join(f"{t:,g}" for t in target) if isinstance(target, list) else f"{target:,g}"


def _cell(text: str) -> str:
    escaped = " ".join(str(text).split()).replace("\\", "\\\\")
    for mark in "|*_`[]$<~":
        escaped = escaped.replace(mark, f"\\{mark}")
    return escaped
