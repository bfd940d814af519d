"""What the report says, block by block: the answer first, then every clause, then how it was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from carecircle.outputs import telling
from carecircle.outputs.report import maps
from carecircle.outputs.report.advice import advice_blocks
from carecircle.outputs.report.blocks import (
    Block,
    Heading,
    Items,
    Lead,
    Picture,
    Report,
    Table,
    Tally,
    Text,
)
from carecircle.outputs.report.clauses import Said, clause_blocks, referral_table, unmet_by_people
from carecircle.outputs.report.fairness import fairness_blocks
from carecircle.outputs.report.proposed import proposed_blocks
from carecircle.profiles import mode_by
from carecircle.rules import unlocks
from carecircle.texts import Sentence, wording

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

_NUMERALS = (*"一二三四五六七八九十", "十一", "十二", "十三", "十四", "十五", "十六", "十七")


def report(
    analysis: Analysis, family: str, proposed: Sequence[Mapping[str, Any]] = (),
    plan: Mapping[str, Any] | None = None,
) -> Report:  # fmt: skip
    """The whole report in the study's language.

    Parameters
    ----------
    analysis
        What `carecircle.analyze` found.
    family
        The font family of the writing on its maps.
    proposed
        Sites that a siting study proposes: see `carecircle.outputs.report.advice`.
    plan
        The mended plan to propose (`carecircle.outputs.report.proposed`), if there is one.
    """
    said = Said(analysis.study.language)
    head = telling.study(analysis)
    identity = [
        (said("date"), head["created"]),
        (said("run"), head["hash"]),
        (said("map_number"), head["mapNumber"] or said("map_number_none")),
    ]
    facts = {"title": head["title"], "date": head["created"], "run": head["hash"]}
    return Report(
        language=said.language,
        title=said.tidy(head["title"]),
        eyebrow=said("eyebrow", plan=head["plan"], year=str(head["year"])),
        notice="" if head["notice"] is None else head["notice"][said.language],
        identity=identity,
        running=said("running", **facts),
        blocks=tuple(_blocks(analysis, said, family, proposed, plan)),
    )


def _blocks(
    analysis: Analysis,
    said: Said,
    family: str,
    proposed: Sequence[Mapping[str, Any]],
    plan: Mapping[str, Any] | None,
) -> Iterator[Block]:
    roads = maps.main_roads(analysis)
    yield from _answer(analysis, said, family, roads)
    sections: tuple[tuple[str, Callable[[], Iterator[Block]]], ...] = (
        ("unmet", lambda: _unmet(analysis, said)),
        ("advice", lambda: advice_blocks(analysis, proposed, said)),
        ("mend", lambda: proposed_blocks(analysis, said, family, roads, plan)),
        ("all", lambda: _all(analysis, said)),
        ("ledger", lambda: _ledger(analysis, said)),
        ("clauses", lambda: clause_blocks(analysis, said, family, roads)),
        ("referral", lambda: _referral(analysis, said)),
        ("blank_spots", lambda: _blank_spots(analysis, said)),
        ("counties", lambda: _counties(analysis, said)),
        ("fairness", lambda: fairness_blocks(analysis, said, family)),
        ("missing", lambda: _missing(analysis, said)),
        ("assumptions", lambda: _assumptions(analysis, said)),
        ("method", lambda: _method(analysis, said)),
        ("sources", lambda: _sources(analysis, said)),
        ("findings", lambda: _findings(analysis, said)),
        ("identity", lambda: _identity(analysis, said)),
    )
    number = 0
    for name, section in sections:
        content = list(section())
        if content:
            count = _NUMERALS[number] if said.language == "zh" else str(number + 1)
            yield Heading(said("number", number=count, title=said(f"section_{name}")))
            yield from content
            number += 1


def _answer(analysis: Analysis, said: Said, family: str, roads: maps.Roads) -> Iterator[Block]:
    found = telling.answer(analysis)
    people = said.people(found["people"]) if found["people"] else ""
    yield Lead(people, said("people_unit") if people else "", said.tidy(found["says"][said.language]))
    counts = found["tally"]
    yield Tally([(o, said.outputs(f"page_outcome_{o}"), n) for o, n in counts.items()])
    title = said("overview" if maps.union_of_gaps(analysis.verdicts) is not None else "overview_plain")
    note = said("map_note", number=analysis.study.outputs.map_number or said("map_number_none"))
    yield Picture(maps.overview(analysis, said.language, family, roads), said.figure(title), title, 0.94)
    yield Text(note, small=True)


def _unmet(analysis: Analysis, said: Said) -> Iterator[Block]:
    unmet = unmet_by_people(analysis)
    if not unmet:
        yield Text(said("no_unmet"))
        return
    rows = [
        (
            said.of(telling.title(v)),
            v.rule,
            said.value(v, v.observed),
            said.of(telling.target(v)),
            said.people(v.residents_affected),
        )
        for v in unmet
    ]
    head = [said.outputs(f"column_{c}") for c in ("title", "rule", "observed", "target", "affected")]
    yield Table(head, rows, (3.6, 0, 1.7, 1.7, 1.3), right=(2, 3, 4))


def _all(analysis: Analysis, said: Said) -> Iterator[Block]:
    verdicts = [analysis.verdicts[i] for i in telling.order(analysis.verdicts)]
    rows = [
        (
            said.of(telling.title(v)),
            v.rule,
            said.of(v.came_to),
            said.value(v, v.observed),
            said.of(telling.target(v)),
            said("affected_none") if v.outcome.value == "NOT_ASSESSED" else said.of(v.shown_margin),
            said.people(None if v.outcome.value == "NOT_ASSESSED" else v.residents_affected),
        )
        for v in verdicts
    ]
    columns = ("title", "rule", "outcome", "observed", "target", "margin", "affected")
    outcomes = [v.outcome.value for v in verdicts]
    head = [said.outputs(f"column_{c}") for c in columns]
    yield Table(head, rows, (2.2, 0, 0, 1.5, 1.5, 2.0, 1.75), (3, 4, 5, 6), 2, outcomes)


def _ledger(analysis: Analysis, said: Said) -> Iterator[Block]:
    ledger = analysis.inputs.ledger
    if ledger is None:
        yield Text(said("ledger_none"))
        return
    facts = {name: said.people(value) for name, value in ledger.to_dict().items()}
    yield Text(said("ledger_inputs", **facts))
    parts = telling.ledger_parts(analysis)
    rows = [
        (said.of(v.title), v.rule, *(said.people(getattr(v.ledger, part) or 0.0) for part in parts))
        for v in analysis.verdicts
        if v.ledger is not None
    ]
    if rows:
        head = [said.outputs("column_title"), said.outputs("column_rule")]
        head += [said.outputs(f"page_part_{part}") for part in parts]
        title = said("ledger_title")
        yield Table(
            head,
            rows,
            (2.2, 0, 1, 1, 1.05, 1.15, *([1.15, 1.15] * (len(parts) > 7)), 0.8, 1.45, 1),
            tuple(range(2, len(parts) + 2)),
            title=title,
        )
        yield Text(said("ledger_note"), small=True)


def _counties(analysis: Analysis, said: Said) -> Iterator[Block]:
    """A prefecture's clauses county by county; nothing for a study of one county."""
    told = [(v, row) for v in analysis.verdicts for row in v.counties if row.observed is not None]
    if not told:
        return
    rows = [
        (said.of(v.title), c.name, _added(c.numerator), _added(c.denominator), said.value(v, c.observed),
         said.of(c.came_to))
        for v, c in told
    ]  # fmt: skip
    columns = ("county", "numerator", "denominator", "observed", "outcome")
    head = [said.outputs("column_title"), *(said.outputs(f"page_counties_{c}") for c in columns)]
    outcomes = [c.outcome.value for _, c in told]
    yield Text(said("counties_note"), small=True)
    yield Table(head, rows, (2.4, 1.4, 1.2, 1.2, 1.8, 1.4), (2, 3, 4), 5, outcomes)


def _referral(analysis: Analysis, said: Said) -> Iterator[Block]:
    """The ways of referral of clauses that are not told as unmet already."""
    for verdict in analysis.verdicts:
        if verdict.referrals and verdict.outcome.value != "FAIL":
            yield from referral_table(verdict, said)


def _blank_spots(analysis: Analysis, said: Said) -> Iterator[Block]:
    """The villages and townships that are blank or that care comes to; nothing where no table tells."""
    register = analysis.blank_spots
    if register is None:
        return
    yield Items([said.of(f.sentence) for f in register.findings])
    rows = [
        (said.rules(f"level_{s.level}"), s.name, said.people(s.residents),
         said.rules(f"blank_state_{s.state}"), said.number(s.days_per_month))
        for s in register.spots if s.state in ("blank", "unstaffed", "visited")
    ]  # fmt: skip
    if rows:
        head = [said.outputs(f"column_blank_{c}") for c in ("level", "area", "residents", "state", "days")]
        yield Table(head, rows, (1.2, 2.2, 1.4, 1.8, 1.4), (2, 4))


def _added(value: float | None) -> str:
    """What adds up, in full: at most two digits after the point."""
    return "" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")


def _missing(analysis: Analysis, said: Said) -> Iterator[Block]:
    wanted = unlocks(analysis.verdicts)
    if wanted:
        yield Items(
            [
                said("assumption", says=need, rules=telling.named(rules, analysis.verdicts))
                for need, rules in wanted
            ]
        )


_STAGES = ("call_min", "dispatch_min", "turnout_min", "scene_min", "handover_min", "calls_per_1000_year")


def _assumptions(analysis: Analysis, said: Said) -> Iterator[Block]:
    """Each assumption once, with the clauses that rest on it."""
    rules: dict[str, dict[str, None]] = {}
    for verdict in analysis.verdicts:
        for sentence in verdict.assumptions:
            rules.setdefault(said.of(sentence), {})[verdict.rule] = None
    if not rules:
        yield Text(said("no_assumptions"))
        return
    named = {says: telling.named(list(of), analysis.verdicts, most=2) for says, of in rules.items()}
    yield Items([said("assumption", says=says, rules=of) for says, of in named.items()])


def _method(analysis: Analysis, said: Said) -> Iterator[Block]:
    assumed = analysis.study.assumptions
    counted = said("method_border_yes" if assumed.count_outside else "method_border_no")
    lines = [
        said("method_people"),
        said("method_snap", snap=assumed.max_snap_m),
        said("method_radius"),
        said("method_verdict"),
        said("method_border", buffer=assumed.buffer_km, counted=counted),
        said("method_emergency", figures=analysis.study.emergency.told(*_STAGES)),
        said("method_limits"),
    ]
    yield Items(lines)
    speeds: Mapping[str, Any] = analysis.manifest.get("profiles", {})
    if speeds:
        modes = list(speeds)
        classes = dict.fromkeys(c for mode in modes for c in speeds[mode]["speed_kph"])
        alike: dict[tuple[str, ...], list[str]] = {}
        for kind in classes:
            found = tuple(said.number(speeds[m]["speed_kph"].get(kind)) for m in modes)
            alike.setdefault(found, []).append(kind)
        rows = [(_roads(kinds, said), *found) for found, kinds in alike.items()]
        rows.append((said("access"), *(said.number(speeds[m]["access_speed_kph"]) for m in modes)))
        head = [said("road_class"), *(said.of(mode_by(m)) for m in modes)]
        right = tuple(range(1, len(head)))
        yield Table(head, rows, (4.5, *(1.0 for _ in modes)), right, title=said("speeds_title"))


def _roads(kinds: list[str], said: Said) -> str:
    """Classes of road in words; one of the study's own as it is written."""
    key = "profiles.road_{}".format
    named = [said.of(Sentence(key(kind))) if key(kind) in wording() else kind for kind in kinds]
    return ("、" if said.language == "zh" else ", ").join(dict.fromkeys(named))


def _sources(analysis: Analysis, said: Said) -> Iterator[Block]:
    own = analysis.study.outputs.attribution
    sources = list(dict.fromkeys([*analysis.inputs.attributions, *([own] if own else [])]))
    yield Items(sources) if sources else Text(said("no_sources"))
    hashes: Mapping[str, str] = analysis.manifest.get("inputs", {})
    if hashes:
        rows = [(name, digest[:16]) for name, digest in hashes.items()]
        yield Table([said("input_file"), said("input_hash")], rows, (3.0, 2.0))


def _findings(analysis: Analysis, said: Said) -> Iterator[Block]:
    found = list(dict.fromkeys(said.of(f.sentence) for f in analysis.findings))
    yield Items(found) if found else Text(said("no_findings"))


def _identity(analysis: Analysis, said: Said) -> Iterator[Block]:
    manifest = analysis.manifest
    versions: Mapping[str, str] = manifest.get("versions", {})
    rows = [(said("run"), telling.manifest_hash(manifest)), (said("date"), str(manifest.get("created", "")))]
    rows += [(said("crs"), str(manifest["crs"]))] if "crs" in manifest else []
    rows.append((said("versions"), " · ".join(f"{name} {value}" for name, value in versions.items())))
    yield Table(["", ""], rows, (1.0, 3.4))
    yield Text(said("identity_note"), small=True)
    yield Text(said("generated", version=versions.get("carecircle", "")), small=True)
