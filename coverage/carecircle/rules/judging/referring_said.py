"""The ways of referral in words and as records: the longest, what belonging costs, what is not known."""

from __future__ import annotations

import math
from collections.abc import Sequence

from carecircle.rules.judging.evidence import Facility
from carecircle.rules.judging.figures import attribute_name, need
from carecircle.rules.judging.parts import Referral
from carecircle.rules.judging.referring import Way
from carecircle.rules.judging.shown import minutes_shown
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence

Found = Sequence[tuple[Facility, Way]]
_NAMED = 3
_TOLD = 0.05
"""Minutes below this are said as none."""


def unit_of(rule: Rule) -> str:
    """The unit of a referral rule's figure: a share within its limit, or the mean without one."""
    return "share" if rule.limit is not None else rule.limit_unit or "min"


def lacks(found: Found) -> list[Sentence]:
    """What would tell the ways that are unknown."""
    why: dict[str, list[str]] = {}
    for _, way in found:
        if way.lacks:
            why.setdefault(way.lacks, []).append(way.at)
    said = []
    for reason, at in why.items():
        if reason in ("alliance", "refers_to"):
            facts = {"attribute": attribute_name(reason), "lacking": len(at), "of": len(found)}
            said.append(need("attribute", **facts))
        else:
            names = list(dict.fromkeys(at))
            said.append(need(f"referral_{reason}", n=len(names), names=names[:_NAMED]))
    return said


def referral(facility: Facility, way: Way) -> Referral:
    """A facility's way as outputs show it."""
    stops = way.stops if way.stops[:1] != (facility,) else way.stops[1:] or way.stops
    between = "、".join(s.name for s in stops[:-1])
    end = stops[-1] if stops else None
    direct = way.direct if way.direct is not None and math.isfinite(way.direct) else None
    minutes = way.minutes if way.minutes is not None and math.isfinite(way.minutes) else None
    return Referral(
        facility.id, facility.name, "", between, end.id if end else "", end.name if end else "", minutes,
        direct, way.detour,
    )  # fmt: skip


def detours(found: Found) -> list[Sentence]:
    """What belonging costs beside the nearest, where it costs anybody anything."""
    extra = [(way.detour, f) for f, way in found if way.detour is not None]
    if not any(minutes >= _TOLD for minutes, _ in extra):
        return []
    most, at = max(extra, key=lambda pair: pair[0])
    facts = {
        "n": sum(minutes >= _TOLD for minutes, _ in extra), "of": len(extra),
        "mean": minutes_shown(math.fsum(m for m, _ in extra) / len(extra)), "most": minutes_shown(most),
        "name": at.name,
    }  # fmt: skip
    return [Sentence("rules.referral_detour", facts)]


def longest(found: Found) -> list[Sentence]:
    """The longest ways by name."""
    rows = [referral(f, way) for f, way in found if way.minutes is not None and math.isfinite(way.minutes)]
    said = []
    if rows:
        worst = sorted(rows, key=lambda r: (-(r.minutes or 0.0), r.from_id))[:_NAMED]
        said.append(Sentence("rules.referral_longest", {"ways": [_told(row) for row in worst]}))
    return said


def no_way(found: Found) -> list[Sentence]:
    """The facilities from which there is no way, by name."""
    cut = [f.name for f, way in found if way.minutes is not None and not math.isfinite(way.minutes)]
    return [Sentence("rules.referral_no_way", {"n": len(cut), "names": cut[:_NAMED]})] if cut else []


def _told(row: Referral) -> Sentence:
    through = [n for n in (row.from_name, *row.via.split("、"), row.to_name) if n]
    facts = {
        "way": " → ".join(through), "minutes": minutes_shown(row.minutes),
        "direct": minutes_shown(row.direct),
    }  # fmt: skip
    return Sentence("rules.referral_way", facts)
