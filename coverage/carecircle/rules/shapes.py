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


_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "number": (int, float), "integer": (int,),
    "null": (type(None),),
}  # fmt: skip


def misfit(value: Any, schema: dict[str, Any], at: str = "") -> str | None:
    """Where a document departs from a schema of ours (``verdicts.3.outcome``); None where it fits.

    The words our schemas use are understood, no others; keys beyond those named are let be, so that a file of
    a later version can be read.
    """
    if "const" in schema or "enum" in schema:
        return None if value in [schema.get("const", _NOTHING), *schema.get("enum", ())] else at or "."
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if isinstance(value, bool) or not any(isinstance(value, _TYPES[kind]) for kind in kinds):
        return at or "."
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            return at
        parts = ((str(n), each, schema["items"]) for n, each in enumerate(value))
    elif isinstance(value, dict):
        lacking = next((key for key in schema["required"] if key not in value), None)
        if lacking is not None:
            return f"{at}.{lacking}".lstrip(".")
        parts = ((key, value[key], each) for key, each in schema["properties"].items())
    else:
        return None
    found = (misfit(each, own, f"{at}.{name}".lstrip(".")) for name, each, own in parts)
    return next((place for place in found if place is not None), None)


_NOTHING = object()
