"""The command line: a thin shell around the rooms, no logic of its own.

Exits: 0 done · 1 done and ``--fail-on`` met · 2 bad input or usage · 3 a fault of ours.
"""

from carecircle.cli import gallery, plans, siting, studies
from carecircle.cli.shell import app, main

__all__ = ["app", "gallery", "main", "plans", "siting", "studies"]
