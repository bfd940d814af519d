"""The catalogue: what each clause of the five plans asks and what it needs, from the plans themselves."""

from __future__ import annotations

from typing import Any

from carecircle.rules import catalogue, load_plan, need_sentence, plans_json
from carecircle.texts import Sentence


def page() -> str:
    """The whole page in MyST Markdown."""
    plans = plans_json(load_plan(plan) for plan in catalogue())["plans"]
    lines = [
        "# The five plans, clause by clause · 五份规划逐条",
        "",
        f"{len(plans)} published plans come with carecircle, {sum(len(p['rules']) for p in plans)} rules "
        "in all. For each rule: the plan's own words, the figure asked, and the inputs it is judged from. "
        "What is left out of a study is never guessed; its rules come out NOT_ASSESSED. "
        "The same list as data: `carecircle plans --json`.",
        "",
        "下表由规划文件生成：原文、指标值、评判所需的数据。缺少数据的条款为“未评判”，不作推测。",
        "",
    ]
    for plan in plans:
        lines += [f"## {plan['region']}（{plan['id']}）", "", f"{plan['title']}。", ""]
        lines += [
            "| rule 规则 | kind 种类 | the plan's words 原文 | asked 要求 | needs 需要 |",
            "|---|---|---|---|---|",
        ]
        lines += [_row(rule) for rule in plan["rules"]]
        lines.append("")
    return "\n".join(lines)


def _row(rule: dict[str, Any]) -> str:
    kind = Sentence(f"rules.kind_{rule['kind']}")
    needs = "；".join(need_sentence(code).text("zh") for code in rule["needs"]) or "—"
    quote = _cell(rule["quote"])
    return (
        f"| {_cell(rule['rule'])} | {kind.text('zh')} `{rule['kind']}` | {quote}（{_cell(rule['section'])}） "
        f"| {_asked(rule['target'])} | {_cell(needs)} |"
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
