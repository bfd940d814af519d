"""Words of a facility table that no rule can ask for: told, so that a role is not lost by its spelling."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from carecircle import categories
from carecircle.schema import Finding
from carecircle.texts import Sentence

_SHOWN = 8


def unknown_words(facilities: pd.DataFrame, file: str) -> list[Finding]:
    """Designations and departments that are none of ours, one finding a column, the most frequent first.

    Parameters
    ----------
    facilities
        As read, with ``designations`` and ``attributes``.
    file
        Where they stand.

    Returns
    -------
    list of Finding
        Notes; empty where every word is known.
    """
    departments = (a.get("departments", ()) for a in facilities["attributes"])
    columns = {"designations": facilities["designations"], "departments": departments}
    found = []
    for column, cells in columns.items():
        words = Counter(word for cell in cells for word in (cell or ()) if not _known(str(word)))
        if words:
            facts = {"words": [w for w, _ in words.most_common(_SHOWN)], "n": len(words)}
            sentence = Sentence(f"inputs.unknown_{column}", facts)
            found.append(Finding("note", sentence, file=file, column=column))
    return found


def _known(word: str) -> bool:
    told = categories.role(word) or categories.level(word) or categories.ownership(word)
    return bool(told) or categories.is_role(word)
