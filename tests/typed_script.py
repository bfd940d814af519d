"""A user's script that names everything public; ``make lint`` holds it to mypy --strict."""

from __future__ import annotations

from pathlib import Path

import carecircle
from carecircle import (
    Analysis,
    CarecircleError,
    InputError,
    Outcome,
    OutputError,
    Plan,
    PlanError,
    Study,
    StudyError,
    UsageError,
    Verdict,
    analyze,
    judge,
    load_plan,
    load_study,
    reanalyze,
)


def unmet(verdicts: list[Verdict]) -> dict[str, float]:
    """Residents affected by each rule that fails."""
    return {v.rule: v.residents_affected or 0.0 for v in verdicts if v.outcome is Outcome.FAIL}


def changed(before: Analysis, closing: str) -> Analysis:
    """The study without one facility."""
    return reanalyze(before, add=[], close=[closing])


def run(path: Path, out: Path) -> int:
    """Judge a study by its own plan and by another, write its map, and say what is wrong."""
    try:
        study: Study = load_study(path)
        plan: Plan = load_plan("luojiang")
        analysis = analyze(study)
        print(carecircle.__version__, plan.title, unmet(list(analysis.verdicts)))
        print(unmet(judge(plan, analysis.inputs, analysis.reached)))
        analysis.write(out)
        html: str = analysis._repr_html_()
        return len(html)
    except (StudyError, PlanError) as error:
        print(error.file, error.row, error.text("zh"))
    except InputError as error:
        print(error.sentence.key, error.column, error.value)
    except (UsageError, OutputError) as error:
        print(error.text("en"))
    except CarecircleError as error:
        print(error)
    return 2
