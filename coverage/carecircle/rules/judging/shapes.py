"""The published shape of verdicts.json: what is written, and the schema derived from it."""

from __future__ import annotations

from dataclasses import fields
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    TypedDict,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from carecircle.ledgers import InputsLedger, PeopleLedger
from carecircle.rules.judging.beyond import BeyondBorder
from carecircle.rules.judging.blank_spots import BlankSpot
from carecircle.rules.judging.parts import (
    ByBusy,
    ByPeriod,
    ByRoad,
    ChainPart,
    CountyRow,
    Flip,
    OnTrack,
    Outcome,
    Referral,
    RuleUnit,
    State,
)
from carecircle.rules.judging.robust import Robust

_NUMBER = {"type": ["number", "null"]}
_TARGET = {"type": ["number", "array", "null"], "items": {"type": "number"}, "minItems": 2, "maxItems": 2}


def _table(of: dict[str, Any], *, nullable: bool = False) -> dict[str, Any]:
    return {
        "type": ["object", "null"] if nullable else "object",
        "properties": of,
        "required": list(of),
        "additionalProperties": False,
    }


def _record(of: type, *, nullable: bool = False) -> dict[str, Any]:
    """A frozen record as `Verdict.to_dict` writes it: a number that is not finite is null."""
    hints = get_type_hints(of)
    return _table({f.name: _field(hints[f.name]) for f in fields(of)}, nullable=nullable)


def _field(of: Any) -> dict[str, Any]:
    return dict(_NUMBER) if of in (float, float | None) else _schema(of)


def _ledger(of: type) -> dict[str, Any]:
    """A ledger's residents, each a number; what only terrain has may be absent; null without residents."""
    hints = get_type_hints(of)
    table = _table(
        {f.name: _schema(float) for f in fields(of) if hints[f.name] in (float, float | None)}, nullable=True
    )
    return {**table, "required": [f.name for f in fields(of) if hints[f.name] is float]}


_SOURCE = _table({"title": {"type": "string"}, "year": {"type": "integer"}}, nullable=True)


class Alternative(TypedDict):
    """A mode reported beside, and its figure."""

    mode: str
    observed: float | None


class WrittenVerdict(TypedDict):
    """One verdict of verdicts.json; an annotation's second part is its schema."""

    rule: str
    title: str
    clause: str
    section: str
    quote: str
    states: str
    source: Annotated[dict[str, Any] | None, _SOURCE]
    provenance: Literal["official", "quoted", "secondary", "draft"]
    modality: Literal["binding", "expected", "stated"]
    softeners: list[str]
    kind: str
    measure: str
    scope: Literal["all", "urban", "rural"]
    by: str
    outcome: Annotated[str, {"enum": [o.value for o in Outcome if o is not Outcome.WAIVED]}]
    state: State
    observed: float | None
    comparison: Annotated[str, {"enum": [">=", "<=", "==", ">", "<", "between"]}]
    target: Annotated[float | list[float] | None, _TARGET]
    target_source: Annotated[str, {"enum": ["plan", "assumed", "study"]}]
    unit: str
    margin: float | None
    flip: Annotated[dict[str, Any] | None, _record(Flip, nullable=True)]
    by_road: Annotated[dict[str, Any] | None, _record(ByRoad, nullable=True)]
    by_busy: NotRequired[Annotated[dict[str, Any] | None, _record(ByBusy, nullable=True)]]
    by_period: NotRequired[Annotated[list[dict[str, Any]], {"type": "array", "items": _record(ByPeriod)}]]
    stages: NotRequired[Annotated[list[dict[str, Any]], {"type": "array", "items": _record(ChainPart)}]]
    referrals: NotRequired[Annotated[list[dict[str, Any]], {"type": "array", "items": _record(Referral)}]]
    alternatives: list[Alternative]
    residents_affected: float | None
    ledger: Annotated[dict[str, float] | None, _ledger(PeopleLedger)]
    reason: str
    missing_inputs: list[str]
    assumptions: list[str]
    contradicts: list[str]
    target_year: NotRequired[int | None]
    on_track: NotRequired[Annotated[dict[str, Any] | None, _record(OnTrack, nullable=True)]]
    units: Annotated[list[dict[str, Any]], {"type": "array", "items": _record(RuleUnit)}]
    counties: Annotated[list[dict[str, Any]], {"type": "array", "items": _record(CountyRow)}]
    robust: NotRequired[Annotated[dict[str, Any], _record(Robust)]]
    border: NotRequired[Annotated[dict[str, Any], _record(BeyondBorder)]]


class WrittenVerdicts(TypedDict):
    """The whole of verdicts.json."""

    schema: Annotated[str, {"const": "carecircle/verdicts/1"}]
    study: str
    plan: str
    year: int
    ledger: Annotated[dict[str, float] | None, _ledger(InputsLedger)]
    verdicts: list[WrittenVerdict]
    blank_spots: NotRequired[Annotated[list[dict[str, Any]], {"type": "array", "items": _record(BlankSpot)}]]


def verdict_schema() -> dict[str, Any]:
    """The JSON Schema of verdicts.json.

    Returns
    -------
    dict
        Draft 2020-12, ``$id`` ``carecircle/verdicts/1``.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "carecircle/verdicts/1",
        **_schema(WrittenVerdicts),
    }


_PLAIN = {str: "string", float: "number", int: "integer", bool: "boolean"}


def _schema(of: Any) -> dict[str, Any]:
    """The schema of an annotation, from the annotation itself."""
    if is_typeddict(of):
        hints = get_type_hints(of, include_extras=True)
        table = _table({name: _schema(hint) for name, hint in hints.items()})
        # what files of earlier versions do not hold is not required of any
        return {**table, "required": [n for n, hint in hints.items() if get_origin(hint) is not NotRequired]}
    origin, parts = get_origin(of), get_args(of)
    if origin is NotRequired:
        return _schema(parts[0])
    if origin is Annotated:
        return dict(parts[1])
    if origin is Literal:
        return {"enum": list(parts)}
    if origin is tuple:
        return {"type": "array", "items": _record(parts[0])}
    if origin is list:
        return {"type": "array", "items": _schema(parts[0])}
    if origin is UnionType or NoneType in parts:
        kept = next(p for p in parts if p is not NoneType)
        return {"type": [_PLAIN[kept], "null"]}
    if isinstance(of, type) and issubclass(of, Outcome):
        return {"enum": [o.value for o in of]}
    return {"type": _PLAIN[of]}


_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "number": (int, float), "integer": (int,),
    "null": (type(None),), "boolean": (bool,),
}  # fmt: skip


def misfit(value: Any, schema: dict[str, Any], at: str = "") -> str | None:
    """Where a document departs from a schema of ours (``verdicts.3.outcome``); None where it fits.

    The words our schemas use are understood, no others; keys beyond those named are let be, so that a file of
    a later version can be read.
    """
    if "const" in schema or "enum" in schema:
        return None if value in [schema.get("const", _NOTHING), *schema.get("enum", ())] else at or "."
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    fits = any(isinstance(value, _TYPES[kind]) for kind in kinds)
    if not fits or isinstance(value, bool) != ("boolean" in kinds):
        return at or "."
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            return at
        parts = ((str(n), each, schema["items"]) for n, each in enumerate(value))
    elif isinstance(value, dict):
        lacking = next((key for key in schema["required"] if key not in value), None)
        if lacking is not None:
            return f"{at}.{lacking}".lstrip(".")
        parts = ((key, value[key], each) for key, each in schema["properties"].items() if key in value)
    else:
        return None
    found = (misfit(each, own, f"{at}.{name}".lstrip(".")) for name, each, own in parts)
    return next((place for place in found if place is not None), None)


_NOTHING = object()
