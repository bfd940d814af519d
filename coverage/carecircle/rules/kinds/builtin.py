"""The kinds that come with carecircle, in the order in which the rule language tells them."""

from __future__ import annotations

from carecircle.rules.kinds.access import ACCESS
from carecircle.rules.kinds.chain import CHAIN
from carecircle.rules.kinds.load import LOAD
from carecircle.rules.kinds.reach import RADIUS, TIME
from carecircle.rules.kinds.record import register
from carecircle.rules.kinds.referral import REFERRAL
from carecircle.rules.kinds.response import RESPONSE
from carecircle.rules.kinds.totals import BASELINE, COUNT, PUBLISHED, RATIO
from carecircle.rules.kinds.units import CONDITIONAL, PRESENCE, SHARE

BUILTIN = (
    RADIUS,
    TIME,
    RESPONSE,
    LOAD,
    PRESENCE,
    RATIO,
    SHARE,
    COUNT,
    CONDITIONAL,
    BASELINE,
    PUBLISHED,
    CHAIN,
    REFERRAL,
    ACCESS,
)

for kind in BUILTIN:
    register(kind)
