"""How much of a long campaign runs: a sample in ``make samples``, all of it where CARECIRCLE_CAMPAIGN=all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def of(every: Sequence[T], sample: int) -> list[T]:
    """The first few of a campaign's cases, or all of them."""
    return list(every if os.environ.get("CARECIRCLE_CAMPAIGN") == "all" else every[:sample])
