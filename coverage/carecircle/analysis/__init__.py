"""The one verb: a study in, an Analysis out; and the same again with sites added or closed."""

from carecircle.analysis.result import Analysis
from carecircle.analysis.run import Progress, analyze, reanalyze

__all__ = ["Analysis", "Progress", "analyze", "reanalyze"]
