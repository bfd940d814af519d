"""study.toml -> Study: typed, validated, every default visible."""

from carecircle.study.access import Accessed
from carecircle.study.emergency import Emergency, Start
from carecircle.study.model import Study, study_schema
from carecircle.study.periods import Period
from carecircle.study.reading import load_study
from carecircle.study.sections import (
    Assumptions,
    Boundaries,
    BoundaryLevel,
    Facilities,
    Matrix,
    Outputs,
    Residents,
    Roads,
    SpreadBy,
    Totals,
    Urban,
)
from carecircle.study.terrain import Barrier, ClassTable, Cover, Friction, Grounding, Terrain
from carecircle.study.travel import Travel

__all__ = [
    "Accessed",
    "Assumptions",
    "Barrier",
    "Boundaries",
    "BoundaryLevel",
    "ClassTable",
    "Cover",
    "Emergency",
    "Facilities",
    "Friction",
    "Grounding",
    "Matrix",
    "Outputs",
    "Period",
    "Residents",
    "Roads",
    "SpreadBy",
    "Start",
    "Study",
    "Terrain",
    "Totals",
    "Travel",
    "Urban",
    "load_study",
    "study_schema",
]
