"""Beyond the border: what a study reads farther out by itself, and what it says is not certain."""

from __future__ import annotations

import itertools
from pathlib import Path

import jsonschema

import carecircle
from carecircle.rules import verdict_schema
from worlds import east, street_study, write_features


def town(folder: Path, *facilities: tuple[str, float, str], extra: str = "", road_m: int = 40_000) -> Path:
    """The street of `worlds`, whose road goes on eastwards, with more facilities on it."""
    study = street_study(folder, extra=extra)
    pieces = [[list(east(x)), list(east(x + 500))] for x in range(0, road_m, 500)]
    write_features(folder / "roads.geojson", [("LineString", p, {"highway": "residential"}) for p in pieces])
    with (folder / "facilities.csv").open("a", encoding="utf-8") as file:
        for name, metres, category in facilities:
            lon, lat = east(metres)
            file.write(f"{name},{name},{category},{lon},{lat}\n")
    return study


def of(analysis: carecircle.Analysis, rule: str) -> carecircle.Verdict:
    return next(v for v in analysis.verdicts if v.rule == rule)


def nearest(analysis: carecircle.Analysis, rule_mode: str) -> dict[str, str]:
    query = next(q for q in analysis.reached if q.mode == rule_mode and q.metric == "minutes")
    frame = analysis.reached[query]
    return dict(zip(frame["demand_id"], frame["facility_id"], strict=True))


OVER = ("over", 14_000.0, "社区卫生服务中心")
"""3 km beyond the boundary (11 km east), 5 km from the easternmost residents; their own is 9 km away."""
SMALL = "\n[assumptions]\nbuffer_km = 2\n"


def test_a_centre_just_over_the_border_is_read_by_itself(tmp_path: Path) -> None:
    found = carecircle.analyze(town(tmp_path, OVER, extra=SMALL))
    assert nearest(found, "walk") == {"a": "centre", "b": "centre", "c": "centre", "d": "over", "n": None}
    said = [f.sentence for f in found.findings if f.sentence.key == "inputs.read_farther"]
    assert [s.facts["buffer_km"] for s in said] == [2]
    assert 3 < said[0].facts["read_km"] < 5
    border = of(found, "S2").border
    assert border is not None
    assert border.nearer == border.quicker == 0
    everything = carecircle.analyze(town(tmp_path / "all", OVER, extra="\n[assumptions]\nbuffer_km = 30\n"))
    assert nearest(everything, "walk") == nearest(found, "walk")


def test_where_no_more_is_read_it_says_how_many_are_left(tmp_path: Path) -> None:
    extra = f"{SMALL}widest_km = 2\n"
    found = carecircle.analyze(town(tmp_path, OVER, extra=extra))
    assert nearest(found, "walk")["d"] == "centre"
    verdict = of(found, "S2")
    assert verdict.border is not None
    assert verdict.border.list_ends == "beyond"
    assert verdict.border.nearer == verdict.border.uncertain == verdict.border.uncertain_not_covered == 100
    assert any("100 residents a facility listed farther out" in s.text("en") for s in verdict.assumptions)
    assert any("100 人" in s.text("zh") and "更远的机构" in s.text("zh") for s in verdict.assumptions)
    written = found.to_dict("en")
    jsonschema.validate(written, verdict_schema())
    assert next(v for v in written["verdicts"] if v["rule"] == "S2")["border"]["nearer"] == 100


def test_a_list_that_ends_at_the_boundary_certifies_nobody_near_it(tmp_path: Path) -> None:
    """d lives 2 km from the boundary and 9 km from the centre; c 7 km from it and 4 km from the centre."""
    verdict = of(carecircle.analyze(town(tmp_path)), "S2")
    assert verdict.border is not None
    assert verdict.border.list_ends == "boundary"
    assert verdict.border.unlisted == verdict.border.uncertain == 100
    assert any("ends at the boundary: 100 residents" in s.text("en") for s in verdict.assumptions)


def test_nothing_is_said_where_nothing_beyond_counts(tmp_path: Path) -> None:
    found = carecircle.analyze(town(tmp_path, OVER, extra="\n[assumptions]\ncount_outside = false\n"))
    assert all(v.border is None for v in found.verdicts)
    assert all("border" not in v for v in found.to_dict("en")["verdicts"])


def test_certain_residents_keep_their_nearest_however_wide_the_buffer(tmp_path: Path) -> None:
    """The law on whole studies: who is certain with a buffer has the same nearest with any wider one."""
    more = (OVER, ("far", 24_000.0, "社区卫生服务中心"), ("s", 13_000.0, "急救中心（站）"))
    runs = [
        carecircle.analyze(
            town(tmp_path / str(km), *more, extra=f"\n[assumptions]\nbuffer_km = {km}\nwidest_km = {km}\n")
        )
        for km in (2, 4, 20)
    ]
    for before, after in itertools.pairwise(runs):
        for query, beyond in before.beyond.items():
            old, new = before.reached[query], after.reached[query]
            same = (old["facility_id"].fillna("") == new["facility_id"].fillna("")) & (
                (old["cost"] - new["cost"]).abs().fillna(0) < 1e-6
            )
            assert same[~beyond.uncertain].all()
    assert any(b.doubt.nearer.any() for b in runs[0].beyond.values())


def test_a_scenario_asks_again_only_what_changed(tmp_path: Path) -> None:
    found = carecircle.analyze(town(tmp_path, OVER, extra=f"{SMALL}widest_km = 2\n"))
    again = carecircle.reanalyze(found, close=["centre"])
    kept = [q for q in found.beyond if again.beyond[q] is found.beyond[q]]
    assert kept
    walk = next(q for q in found.beyond if q.mode == "walk" and q.metric == "minutes")
    assert walk not in kept
    border = of(again, "S2").border
    assert border is not None
    assert border.nearer == 1000  # with the only centre closed everybody on the street may go over the border
