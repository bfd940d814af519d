"""The one verb: a study in, an Analysis out; and the same again under a scenario.

What do I come here to change?
- a study run, or run again under a scenario: run, changed, scenario
- which questions are asked of which reach: asking, matrices (brought by the study)
- what an Analysis offers: result; as frames: frames; as verdicts.json and a card: showing
- manifest.json: manifest
"""

from carecircle.analysis.result import Analysis
from carecircle.analysis.run import analyze, reanalyze
from carecircle.analysis.scenario import Scenario

__all__ = ["Analysis", "Scenario", "analyze", "reanalyze"]
