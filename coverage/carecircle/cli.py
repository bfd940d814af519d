"""The command line: a thin shell around the rooms, no logic of its own.

Exits: 0 done · 1 done and ``--fail-on`` met · 2 bad input or usage · 3 a fault of ours.
"""

from __future__ import annotations

import json
import locale
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from carecircle.errors import CarecircleError
from carecircle.texts import LANGUAGES, Language, Sentence, say

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="Who cannot reach care, which clause that breaks, and how to mend it. "
    "谁够不着医疗服务，违反了规划的哪一条，怎样补上。",
)


class Lang(StrEnum):
    """Languages of what is printed and written."""

    zh = "zh"
    en = "en"


class FailOn(StrEnum):
    """When a finished run exits 1."""

    fail = "fail"
    not_assessed = "not-assessed"


StudyArgument = Annotated[Path, typer.Argument(help="study.toml, or the folder that holds it")]
OutOption = Annotated[Path | None, typer.Option("--out", help="folder to write (default: maps/<name>)")]
LangOption = Annotated[Lang | None, typer.Option("--lang", help="zh or en (default: the study's)")]
FailOption = Annotated[FailOn | None, typer.Option("--fail-on", help="exit 1 when a clause comes out so")]


@app.command()
def run(
    study: StudyArgument,
    out: OutOption = None,
    lang: LangOption = None,
    fail_on: FailOption = None,
    sites: Annotated[Path | None, typer.Option("--with", help="a table of sites to add or close")] = None,
) -> None:
    """Judge a study and write its map and files.

    Example: carecircle run data/study.toml --out maps/county
    """
    from carecircle.analysis import analyze, reanalyze
    from carecircle.study import load_study

    loaded = load_study(study)
    if lang is not None:
        loaded = loaded.model_copy(update={"language": lang.value})
    language = loaded.language
    with _failures_in(language):
        folder = out or Path("maps") / loaded.name
        _writable(folder)
        with _progress(language) as tell:
            analysis = analyze(loaded, progress=tell)
            if sites is not None:
                from carecircle.inputs.sites import read_sites

                add, close = read_sites(sites)
                analysis = reanalyze(analysis, add=add, close=close, progress=tell)
        _finish(analysis, folder, language)
        _exit_by(analysis, fail_on)


@app.command()
def demo(out: OutOption = None, lang: LangOption = None, fail_on: FailOption = None) -> None:
    """Run the embedded county (it is fictional) and write its map.

    Example: carecircle demo --lang en
    """
    from carecircle.demo import write_county

    folder = out or Path("maps") / "demo"
    _writable(folder)
    write_county(folder / "county")
    run(folder / "county" / "study.toml", out=folder, lang=lang, fail_on=fail_on)


@app.command()
def plans(
    plan: Annotated[str | None, typer.Argument(help="an id of the catalogue, or a plan file")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    lang: LangOption = None,
) -> None:
    """List the plans, or one plan's rules and what each needs.

    Example: carecircle plans luojiang
    """
    from carecircle.rules import catalogue, load_plan, need_sentence, plans_json

    language = _language(lang)
    wanted = [load_plan(p) for p in ([plan] if plan else catalogue())]
    if as_json:
        typer.echo(json.dumps(plans_json(wanted), ensure_ascii=False, indent=1))
        return
    console = Console()
    for one in wanted:
        table = Table(title=f"{one.title}（{one.id}）", title_justify="left", show_lines=False)
        for column in ("rule", "kind", "quote", "needs"):
            table.add_column(say(f"cli.{column}", language), overflow="fold")
        for row in plans_json([one])["plans"][0]["rules"]:
            needs = [need_sentence(need).text(language) for need in row["needs"]]
            table.add_row(row["rule"], row["kind"], row["quote"], "、".join(needs))
        console.print(table)


class SchemaOf(StrEnum):
    """The files whose shape is published."""

    study = "study"
    plan = "plan"
    verdicts = "verdicts"


@app.command()
def schema(of: Annotated[SchemaOf, typer.Argument(help="study, plan or verdicts")]) -> None:
    """Print the JSON Schema of a file, for editors and other programs.

    Example: carecircle schema study > study.schema.json
    """
    from carecircle.rules import plan_schema, verdict_schema
    from carecircle.study import study_schema

    published = {SchemaOf.study: study_schema, SchemaOf.plan: plan_schema, SchemaOf.verdicts: verdict_schema}
    typer.echo(json.dumps(published[of](), ensure_ascii=False, indent=1))


def main() -> None:
    """Entry point: every failure becomes one clear message and its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    with _failures_in(_language(None)):
        app()


@contextmanager
def _failures_in(language: Language) -> Iterator[None]:
    """Turn what goes wrong inside into exit 2 (the planner's) or 3 (ours), said in one language."""
    try:
        yield
    except CarecircleError as error:
        typer.echo(f"{say('cli.error', language)}{error.text(language)}", err=True)
        raise SystemExit(2) from error
    except KeyboardInterrupt:
        typer.echo(say("cli.interrupted", language), err=True)
        raise SystemExit(130) from None
    except Exception as error:
        log = _log(error)
        typer.echo(say("errors.internal", language, kind=type(error).__name__, log=str(log)), err=True)
        raise SystemExit(3) from error


def _log(error: BaseException) -> Path:
    """Write the traceback where the system keeps logs (or the working folder) and return its path."""
    import platformdirs

    for folder in (Path(platformdirs.user_log_dir("carecircle", appauthor=False)), Path()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / "carecircle-error.log"
            path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        except OSError:
            continue
        return path
    return Path("—")


def _language(lang: Lang | None) -> Language:
    """``--lang``, else CARECIRCLE_LANG, else the system's language."""
    asked = lang.value if lang is not None else ""
    if lang is None and "--lang" in sys.argv[:-1]:
        asked = sys.argv[sys.argv.index("--lang") + 1]
    for language in LANGUAGES:
        if asked == language:
            return language
    told = os.environ.get("CARECIRCLE_LANG") or locale.getlocale()[0] or ""
    return "zh" if told.lower().startswith(("zh", "chinese")) else "en"


def _writable(folder: Path) -> None:
    """Fail before the work, not after it."""
    from carecircle.outputs.write import ensure_writable

    ensure_writable(folder)


@contextmanager
def _progress(language: Language) -> Iterator[Callable[[Sentence], None]]:
    """Show each stage: a spinner on a terminal, plain lines elsewhere."""
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status("…") as status:
            yield lambda stage: status.update(stage.text(language))
    else:
        yield lambda stage: typer.echo(f"· {stage.text(language)}", err=True)


def _finish(analysis: Analysis, folder: Path, language: Language) -> None:
    analysis.write(folder)
    from carecircle.outputs.terminal import summary

    summary(analysis, folder, language, Console())


def _exit_by(analysis: Analysis, fail_on: FailOn | None) -> None:
    outcomes = {str(v.outcome) for v in analysis.verdicts}
    met = {FailOn.fail: {"FAIL"}, FailOn.not_assessed: {"FAIL", "NOT_ASSESSED"}}
    if fail_on is not None and outcomes & met[fail_on]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
