"""Commands about the catalogue: plans, schema."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from carecircle.cli.plain import PlainConsole
from carecircle.cli.shell import LangOption, command
from carecircle.cli.speech import spoken


@command()
def plans(
    plan: Annotated[str | None, typer.Argument()] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    baseline: Annotated[bool, typer.Option("--baseline")] = False,
    totals: Annotated[Path | None, typer.Option()] = None,
    kinds: Annotated[bool, typer.Option("--categories")] = False,
    lang: LangOption = None,
) -> None:
    """List the plans; for one plan its rules, what each needs, and where the plan contradicts itself.

    With --baseline the plan is judged on its own published figures and named facilities alone; --totals adds
    a table of official figures to them. With --categories the categories of facilities are listed instead.

    Example: carecircle plans luojiang
    """
    from carecircle.errors import UsageError
    from carecircle.outputs.terminal.listings import catalogue_lines, category_lines, plan_lines
    from carecircle.outputs.terminal.summary import baseline_lines
    from carecircle.rules import catalogue, load_plan, plans_json
    from carecircle.runs.baseline import baseline_json, baseline_verdicts

    language = spoken(lang, Path())
    if totals is not None and not baseline:
        raise UsageError("cli.totals_without_baseline")
    if kinds:
        if plan is not None or as_json or baseline:
            raise UsageError("cli.categories_alone")
        category_lines(language, PlainConsole())
        return
    wanted = [load_plan(p) for p in ([plan] if plan else catalogue())]
    judged = {p.id: baseline_verdicts(p, totals) for p in wanted} if baseline else {}
    if as_json:
        told = plans_json(wanted) if not baseline else baseline_json(wanted, judged, language)
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    elif baseline:
        for one in wanted:
            baseline_lines(one, judged[one.id], language, PlainConsole())
    elif plan is None:
        catalogue_lines(wanted, language, PlainConsole())
    else:
        plan_lines(wanted[0], language, PlainConsole())


class SchemaOf(StrEnum):
    """The files whose shape is published."""

    study = "study"
    plan = "plan"
    verdicts = "verdicts"


@command()
def schema(of: Annotated[SchemaOf, typer.Argument()]) -> None:
    """Print the JSON Schema of a file, for editors and other programs.

    Example: carecircle schema study > study.schema.json
    """
    from carecircle.rules import plan_schema, verdict_schema
    from carecircle.study import study_schema

    published = {SchemaOf.study: study_schema, SchemaOf.plan: plan_schema, SchemaOf.verdicts: verdict_schema}
    typer.echo(json.dumps(published[of](), ensure_ascii=False, indent=1))
