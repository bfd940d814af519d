"""A fictional county with known answers, written as the files a planner would have.

Nothing in it is real: not the names, not the people, and it is drawn over dunes where nobody lives.
"""

from __future__ import annotations

from carecircle.demo.county import SEED, place_county, write_county

__all__ = ["SEED", "place_county", "write_county"]
