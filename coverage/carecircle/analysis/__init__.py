"""The one verb: a study in, an Analysis out; and the same again with sites added or closed."""

from carecircle.analysis.result import Analysis
from carecircle.analysis.run import analyze, reanalyze

__all__ = ["Analysis", "analyze", "reanalyze"]
