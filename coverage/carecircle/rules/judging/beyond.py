"""What a verdict about people says of the ground beyond what was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class BeyondBorder:
    """Whose nearest facility is not certain, for what lies beyond the roads and facilities that were read.

    Parameters
    ----------
    read_km
        So far beyond the boundary roads and facilities were read.
    list_ends
        Where the lists of such facilities end: at the ``boundary``, where reading ended (``read``), or
        farther out (``beyond``).
    uncertain
        Residents in scope, each counted once: of the others nothing beyond is nearer.
    uncertain_not_covered
        Those of them who are not covered by what was read.
    nearer, quicker, unlisted
        Residents who might be nearer to a facility that is listed farther out; quicker by roads farther out;
        and who are as near to the end of the lists as to the facility they have.
    """

    read_km: float
    list_ends: Literal["boundary", "read", "beyond"]
    uncertain: float
    uncertain_not_covered: float
    nearer: float
    quicker: float
    unlisted: float
