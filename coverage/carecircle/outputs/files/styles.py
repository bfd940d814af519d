"""QGIS styles for the layers of results.gpkg: QML that QGIS reads from the table ``layer_styles``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from carecircle import categories
from carecircle.colours import INK, KINDS, ON_PAPER, PRINT_BORDER, PRINTED_SHARES, SHARES, STYLED
from carecircle.outputs import telling
from carecircle.outputs.map.layers import facility_shape
from carecircle.outputs.palette import SHARE_BREAKS, rgba
from carecircle.rules.language.query import main_query
from carecircle.schema import LEVELS
from carecircle.texts import Language, say

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.rules import Verdict

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_VERSION = "3.28.0"
_GREY, _INK = rgba(PRINT_BORDER), rgba(INK)
_ENDS = (0.0, *SHARE_BREAKS, 1.0)
_SHARE = tuple(
    (low, high, rgba(colour))
    for low, high, colour in zip(
        _ENDS[:-1], _ENDS[1:], (*PRINTED_SHARES[:3], STYLED["covered_nearly"]), strict=True
    )
)
_NEAR, _FAR_OFF = rgba(ON_PAPER[0]), rgba(PRINTED_SHARES[0])
_TIME = (_NEAR, rgba(STYLED["near"]), rgba(STYLED["far"]), rgba(ON_PAPER[2]), _FAR_OFF)
_PEOPLE = {
    "covered": _NEAR, "not_covered": _FAR_OFF,
    **{part: rgba(STYLED[part]) for part in ("unreachable", "unsnapped", "no_data", "outside")},
}  # fmt: skip
_OUTCOME = {
    "FAIL": rgba(SHARES[-1][1]), "PASS": _NEAR, "NOT_ASSESSED": rgba(STYLED["NOT_ASSESSED"]),
    "WAIVED": rgba(STYLED["WAIVED"]), "NO_THRESHOLD": rgba(STYLED["NO_THRESHOLD"]),
}  # fmt: skip
_SNAPS = (50.0, 200.0, 500.0)
_FAR = 1e6


@dataclass(frozen=True)
class Style:
    """One style of one layer; the first of a layer is its default.

    Parameters
    ----------
    layer, name
        The layer's and the style's name.
    qml
        The document.
    """

    layer: str
    name: str
    qml: str


@dataclass(frozen=True)
class _Class:
    """A class of a renderer: its value (or range), label and symbol."""

    value: str | tuple[float, float]
    label: str
    colour: str
    shape: str = "circle"


def styles(analysis: Analysis) -> list[Style]:
    """The styles of every layer, in the study's language.

    areas by share covered (a style for each unmet clause) and by level; facilities by category; demand by
    clause and by minutes; verdict_units by outcome; snaps by length.
    """
    language = analysis.study.language
    ranked = [analysis.verdicts[i] for i in telling.order(analysis.verdicts)]
    judged = [v for v in ranked if telling.counts_people(v)]
    level = _finest(analysis)
    found = [_shares(v, level, language) for v in judged]
    found.append(_levels(language))
    if len(analysis.inputs.facilities):
        found.append(_facilities(analysis, language))
    found += [_people(v, language) for v in judged]
    found += [s for v in judged if (s := _minutes(analysis, v, language)) is not None]
    if not judged:
        found.append(_plain("demand", say("styles.residents", language), _marker("0", _GREY, "circle", 1.2)))
    found.append(_units(language))
    found.append(_snaps(language))
    return found


def _finest(analysis: Analysis) -> str:
    """The finest level with outlines: all levels lie in one layer, and one alone is shaded."""
    frame = analysis.inputs.areas
    drawn = set(frame["level"][frame.geometry.notna()])
    return next((name for name in reversed(LEVELS) if name in drawn), LEVELS[0])


def _shares(verdict: Verdict, level: str, language: Language) -> Style:
    classes = [
        _Class((low, high), say("styles.between", language, low=f"{low:.0%}", high=f"{high:.0%}"), colour)
        for low, high, colour in _SHARE
    ]
    name = _named("styles.share", verdict, language)
    shaded = f'if("level" = \'{level}\', "{verdict.rule}_share", NULL)'
    return Style("areas", name, _graduated(shaded, classes, "fill"))


def _levels(language: Language) -> Style:
    widths = {"county": _INK, "town": rgba(STYLED["town"]), "village": rgba(STYLED["village"])}
    classes = [_Class(n, say(f"outputs.page_level_{n}", language), widths[n]) for n in LEVELS]
    return Style("areas", say("styles.levels", language), _categorized("level", classes, "outline"))


def _facilities(analysis: Analysis, language: Language) -> Style:
    kinds = sorted(set(analysis.inputs.facilities["category"].astype(str)))
    classes = [
        _Class(k, categories.label(k, language), rgba(KINDS[i % len(KINDS)]), facility_shape(k))
        for i, k in enumerate(kinds)
    ]
    name = say("styles.category", language)
    return Style("facilities", name, _categorized("category", classes, "marker"))


def _people(verdict: Verdict, language: Language) -> Style:
    classes = [_Class(p, say(f"outputs.page_part_{p}", language), colour) for p, colour in _PEOPLE.items()]
    return Style(
        "demand", _named("styles.people", verdict, language), _categorized(verdict.rule, classes, "dot")
    )


def _minutes(analysis: Analysis, verdict: Verdict, language: Language) -> Style | None:
    """Travel time or distance in shares of the clause's limit."""
    rule = verdict.rule_def
    query = main_query(rule)
    if query is None or query not in analysis.reached or rule.limit is None:
        return None
    limit = rule.limit * rule.factor
    ends = [0.0, limit / 2, limit, 1.5 * limit, 2 * limit, _FAR]
    unit = "min" if query.metric == "minutes" else "m"
    classes = [
        _Class((low, high), _span(low, high, unit, language), colour)
        for low, high, colour in zip(ends[:-1], ends[1:], _TIME, strict=True)
    ]
    name = _named("styles.cost", verdict, language)
    return Style("demand", name, _graduated(f"{query.key}_{unit}", classes, "dot"))


def _units(language: Language) -> Style:
    classes = [_Class(o, say(f"rules.outcome_{o.lower()}", language), c) for o, c in _OUTCOME.items()]
    return Style("verdict_units", say("styles.outcome", language), _categorized("outcome", classes, "fill"))


def _snaps(language: Language) -> Style:
    ends = [0.0, *_SNAPS, _FAR]
    tints = (_TIME[0], _TIME[2], _TIME[3], _TIME[4])
    classes = [
        _Class((low, high), _span(low, high, "m", language), colour)
        for low, high, colour in zip(ends[:-1], ends[1:], tints, strict=True)
    ]
    return Style("snaps", say("styles.snap", language), _graduated("snap_m", classes, "line"))


def _named(key: str, verdict: Verdict, language: Language) -> str:
    return say(key, language, rule=verdict.rule, title=telling.title(verdict))


def _span(low: float, high: float, unit: str, language: Language) -> str:
    if high >= _FAR:
        return say(f"styles.above_{unit}", language, low=low)
    return say(f"styles.span_{unit}", language, low=low, high=high)


def _categorized(attribute: str, classes: Sequence[_Class], kind: str) -> str:
    root, renderer = _document("categorizedSymbol", attribute)
    listed = ElementTree.SubElement(renderer, "categories")
    for i, one in enumerate(classes):
        ElementTree.SubElement(
            listed, "category", render="true", symbol=str(i), value=str(one.value), label=one.label,
            type="string",
        )  # fmt: skip
    return _closed(root, renderer, classes, kind)


def _graduated(attribute: str, classes: Sequence[_Class], kind: str) -> str:
    root, renderer = _document("graduatedSymbol", attribute)
    renderer.set("graduatedMethod", "GraduatedColor")
    listed = ElementTree.SubElement(renderer, "ranges")
    for i, one in enumerate(classes):
        assert isinstance(one.value, tuple)
        low, high = (f"{v:.15f}" for v in one.value)
        ElementTree.SubElement(
            listed, "range", render="true", symbol=str(i), lower=low, upper=high, label=one.label
        )  # fmt: skip
    return _closed(root, renderer, classes, kind)


def _plain(layer: str, name: str, symbol: ElementTree.Element) -> Style:
    root, renderer = _document("singleSymbol", None)
    ElementTree.SubElement(renderer, "symbols").append(symbol)
    return Style(layer, name, _written(root))


def _document(renderer: str, attribute: str | None) -> tuple[ElementTree.Element, ElementTree.Element]:
    root = ElementTree.Element("qgis", version=_VERSION, styleCategories="Symbology")
    made = ElementTree.SubElement(
        root, "renderer-v2", type=renderer, symbollevels="0", enableorderby="0", forceraster="0",
        referencescale="-1",
    )  # fmt: skip
    if attribute is not None:
        made.set("attr", attribute)
    return root, made


def _closed(
    root: ElementTree.Element, renderer: ElementTree.Element, classes: Sequence[_Class], kind: str
) -> str:
    symbols = ElementTree.SubElement(renderer, "symbols")
    for i, one in enumerate(classes):
        symbols.append(_symbol(str(i), one, kind))
    ElementTree.SubElement(renderer, "rotation")
    ElementTree.SubElement(renderer, "sizescale")
    return _written(root)


def _written(root: ElementTree.Element) -> str:
    geometry = {"fill": "2", "line": "1"}
    symbol = root.find("renderer-v2/symbols/symbol")
    assert symbol is not None
    ElementTree.SubElement(root, "layerGeometryType").text = geometry.get(symbol.get("type", ""), "0")
    ElementTree.indent(root)
    return _DOCTYPE + ElementTree.tostring(root, encoding="unicode") + "\n"


def _symbol(name: str, one: _Class, kind: str) -> ElementTree.Element:
    if kind in ("marker", "dot"):
        return _marker(name, one.colour, one.shape, 2.6 if kind == "marker" else 1.3)
    if kind == "line":
        options = {
            "line_color": one.colour,
            "line_width": "0.3",
            "line_style": "solid",
            "line_width_unit": "MM",
        }
        return _made(name, "line", "SimpleLine", options)
    fill = kind == "fill"
    options = {
        "color": one.colour, "style": "solid" if fill else "no",
        "outline_color": _GREY if fill else one.colour, "outline_style": "solid",
        "outline_width": "0.15" if fill else "0.4", "outline_width_unit": "MM",
    }  # fmt: skip
    return _made(name, "fill", "SimpleFill", options)


def _marker(name: str, colour: str, shape: str, size: float) -> ElementTree.Element:
    outline = _INK if size > 2 else "255,255,255,90"
    options = {
        "name": shape, "color": colour, "size": str(size), "size_unit": "MM", "outline_color": outline,
        "outline_style": "solid", "outline_width": "0.2" if size > 2 else "0", "outline_width_unit": "MM",
    }  # fmt: skip
    return _made(name, "marker", "SimpleMarker", options)


def _made(name: str, kind: str, layer_class: str, options: dict[str, str]) -> ElementTree.Element:
    symbol = ElementTree.Element("symbol", type=kind, name=name, alpha="1", clip_to_extent="1", force_rhr="0")
    layer = ElementTree.SubElement(
        symbol, "layer", {"class": layer_class, "enabled": "1", "locked": "0", "pass": "0"}
    )
    group = ElementTree.SubElement(layer, "Option", type="Map")
    for key, value in options.items():
        ElementTree.SubElement(group, "Option", type="QString", name=key, value=value)
    return symbol
