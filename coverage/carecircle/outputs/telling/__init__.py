"""What every output says of a run and its verdicts, said once.

What do I come here to change?
A clause's title, result, target, turning point or place in the list: `clause`. The first sentence of the
answer, residents in the gap, what heads the page and the report, official figures beside ours: `run`.
Roads that are likely missing from the map: `missing`.
The sentences themselves stand in ``wording/outputs.toml``; what the page alone carries is `panel`'s.
"""

from carecircle.outputs.telling.clause import (
    alternative,
    counts_people,
    flip,
    mark,
    named,
    order,
    periods,
    result,
    sign,
    target,
    title,
    worst,
)
from carecircle.outputs.telling.missing import missing_findings, missing_group, missing_of
from carecircle.outputs.telling.run import (
    answer,
    beside,
    ledger_parts,
    manifest_hash,
    residents_in_gap,
    study,
)

__all__ = [
    "alternative",
    "answer",
    "beside",
    "counts_people",
    "flip",
    "ledger_parts",
    "manifest_hash",
    "mark",
    "missing_findings",
    "missing_group",
    "missing_of",
    "named",
    "order",
    "periods",
    "residents_in_gap",
    "result",
    "sign",
    "study",
    "target",
    "title",
    "worst",
]
