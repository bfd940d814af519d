"""carecircle: who cannot reach care, which clause that breaks, and the cheapest way to close the gap.

The public face. Names are fetched on first use, so that importing carecircle costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carecircle.analysis import Analysis, Scenario, analyze, reanalyze
    from carecircle.certainty import breakpoints, uncertainty
    from carecircle.errors import CarecircleError, InputError, OutputError, PlanError, StudyError, UsageError
    from carecircle.rules import Outcome, Plan, Verdict, load_plan
    from carecircle.rules.judging.judge import judge
    from carecircle.study import Study, load_study

_HOMES = {
    "Analysis": "analysis",
    "Scenario": "analysis",
    "analyze": "analysis",
    "reanalyze": "analysis",
    "CarecircleError": "errors",
    "InputError": "errors",
    "OutputError": "errors",
    "PlanError": "errors",
    "StudyError": "errors",
    "UsageError": "errors",
    "Outcome": "rules",
    "Plan": "rules",
    "Verdict": "rules",
    "judge": "rules",
    "load_plan": "rules",
    "Study": "study",
    "load_study": "study",
    "breakpoints": "certainty",
    "uncertainty": "certainty",
}

__all__ = [
    "Analysis",
    "CarecircleError",
    "InputError",
    "Outcome",
    "OutputError",
    "Plan",
    "PlanError",
    "Scenario",
    "Study",
    "StudyError",
    "UsageError",
    "Verdict",
    "analyze",
    "breakpoints",
    "judge",
    "load_plan",
    "load_study",
    "reanalyze",
    "uncertainty",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("carecircle")
    if name in _HOMES:
        return getattr(import_module(f"carecircle.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'carecircle' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
