"""study.toml -> Study: typed, validated, every default visible."""

from carecircle.study.emergency import Emergency, Start
from carecircle.study.model import Study, study_schema
from carecircle.study.reading import load_study
from carecircle.study.sections import (
    Assumptions,
    Boundaries,
    BoundaryLevel,
    Facilities,
    Outputs,
    Residents,
    Roads,
    Totals,
    Urban,
)
from carecircle.study.travel import Travel

__all__ = [
    "Assumptions",
    "Boundaries",
    "BoundaryLevel",
    "Emergency",
    "Facilities",
    "Outputs",
    "Residents",
    "Roads",
    "Start",
    "Study",
    "Totals",
    "Travel",
    "Urban",
    "load_study",
    "study_schema",
]
