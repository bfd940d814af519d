"""Rule kinds: one record each, a room a family.

What do I come here to change?
What a record holds, and the register: `record`. Which kinds come with carecircle: `builtin`.
Distances and minutes to a facility: `reach`. Response times: `response`. Residents a facility: `load`.
The whole way of an emergency: `chain`. From facility to facility: `referral`. What residents have once all
share it: `access`.
Every area, every facility: `units`. Ratios, numbers, starting and published figures: `totals`.
How a kind is judged stands in the measures; its sentences stand in ``wording/``, or come with `register`.
"""

from carecircle.rules.kinds.record import RuleKind, kind_of, kinds, on_evidence, register

__all__ = ["RuleKind", "kind_of", "kinds", "on_evidence", "register"]
