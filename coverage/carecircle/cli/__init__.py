"""The command line: a thin shell around the rooms, no logic of its own.

Exits: 0 done · 1 done and ``--fail-on`` met · 2 bad input or usage, or the machine lacks memory, room or
permission · 3 a fault of ours · 130 Ctrl-C · 141 nobody reads what is printed.
"""

from carecircle.cli import gallery, mending, plans, province, siting, studies, vital
from carecircle.cli.shell import app, main

__all__ = ["app", "gallery", "main", "mending", "plans", "province", "siting", "studies", "vital"]
