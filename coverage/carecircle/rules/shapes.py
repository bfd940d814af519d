"""The published shape of verdicts.json."""

from __future__ import annotations

from typing import Any

from carecircle.rules.verdict import Outcome


def verdict_schema() -> dict[str, Any]:
    """The JSON Schema of verdicts.json.

    Returns
    -------
    dict
        Draft 2020-12, ``$id`` ``carecircle/verdicts/1``.
    """
    number = {"type": ["number", "null"]}
    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}

    def table(fields: dict[str, Any], *, nullable: bool = False) -> dict[str, Any]:
        return {
            "type": ["object", "null"] if nullable else "object",
            "properties": fields,
            "required": list(fields),
            "additionalProperties": False,
        }

    people = ("total", "outside", "no_data", "unsnapped", "unreachable", "covered", "not_covered")
    unit = table(
        {"id": text, "name": text, "observed": number, "outcome": {"enum": [o.value for o in Outcome]},
         "residents": number, "waived_by": {"type": ["string", "null"]}}
    )  # fmt: skip
    verdict = table({
        "rule": text, "clause": text, "section": text, "quote": text,
        "modality": {"enum": ["binding", "expected", "stated"]}, "softeners": texts, "kind": text,
        "measure": text, "scope": {"enum": ["all", "urban", "rural"]}, "by": text,
        "outcome": {"enum": [o.value for o in Outcome if o is not Outcome.WAIVED]}, "observed": number,
        "comparison": {"enum": [">=", "<=", "==", ">", "<", "between"]},
        "target": {
            "type": ["number", "array", "null"], "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        "target_source": {"enum": ["plan", "assumed", "study"]}, "unit": text, "margin": number,
        "flip": table({"limit": number, "residents": number}, nullable=True),
        "by_road": table(
            {"observed": number, "residents_affected": number, "paper_only": number}, nullable=True),
        "alternatives": {"type": "array", "items": table({"mode": text, "observed": number})},
        "residents_affected": number,
        "ledger": table({name: {"type": "number"} for name in people}, nullable=True),
        "reason": text, "missing_inputs": texts, "assumptions": texts, "contradicts": texts,
        "units": {"type": "array", "items": unit},
    })  # fmt: skip
    inputs = table({n: {"type": "number"} for n in ("total", "inside", "outside", "no_data")}, nullable=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "carecircle/verdicts/1",
        **table(
            {"schema": {"const": "carecircle/verdicts/1"}, "study": text, "plan": text,
             "year": {"type": "integer"}, "ledger": inputs, "verdicts": {"type": "array", "items": verdict}}
        ),
    }  # fmt: skip
