"""What a road file says that is not understood, or that closes a road whoever asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from carecircle.inputs.roads.streets import Streets
from carecircle.profiles import PRIVATE, Profile, profile
from carecircle.schema import Finding
from carecircle.texts import Sentence

_MOST = 8
"""No more values than this are named, the commonest first."""


def tag_findings(
    streets: Streets, modes: Sequence[str], file: Path, own: Mapping[str, Profile] | None = None
) -> list[Finding]:
    """Values that no profile understands, and tags that close roads for all or a part of the year.

    Each with the number of roads: the first as warnings, the second as notes.
    """
    roads = np.bincount(streets.which, minlength=len(streets.tags))
    unread: Counter[tuple[str, str]] = Counter()
    shut = Counter(streets.shut)
    for tags, count in zip(streets.tags, roads.tolist(), strict=True):
        if not count:  # a road elsewhere in the file
            continue
        asked = [profile(mode, own) for mode in modes]
        for key, value in {pair for each in asked for pair in each.unread(tags)}:
            unread[key, value] += count
        for closing in {why for each in asked if (why := each.shut_by(tags)) is not None}:
            shut[closing] += count
    private = shut.pop(PRIVATE, 0)
    found = [
        Finding("warning", Sentence("inputs.unread_tag", {"tag": k, "value": v, "count": n}), str(file))
        for (k, v), n in unread.most_common(_MOST)
    ]
    found += [
        Finding("note", Sentence("inputs.shut_roads", {"tag": k, "count": n}), str(file))
        for k, n in shut.most_common(_MOST)
    ]
    if private:
        found.append(Finding("note", Sentence("inputs.private_roads", {"count": private}), str(file)))
    return found
