"""The one verb: a study in, an Analysis out; and the same again under a scenario."""

from carecircle.analysis.result import Analysis
from carecircle.analysis.run import analyze, reanalyze
from carecircle.analysis.scenario import Scenario

__all__ = ["Analysis", "Scenario", "analyze", "reanalyze"]
