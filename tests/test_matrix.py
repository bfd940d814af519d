"""A matrix of travel times that the planner brings: read at the door, asked like roads, refused in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

import carecircle
from carecircle.errors import CarecircleError, InputError, StudyError, UsageError
from carecircle.inputs.matrices import read_matrix
from carecircle.reach.matrix import Matrix as Table
from carecircle.siting.remedy import site
from carecircle.study import Matrix
from trialtown import town_analysis, write_town
from worlds import east

Pair = tuple[Any, Any, Any]


@pytest.fixture(scope="module")
def by_road(tmp_path_factory: pytest.TempPathFactory) -> carecircle.Analysis:
    return town_analysis(tmp_path_factory.mktemp("road"))


def written(path: Path, *pairs: Pair, header: str = "origin,destination,minutes") -> Path:
    lines = [header, *(",".join("" if cell is None else str(cell) for cell in pair) for pair in pairs)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path, **more: Any) -> dict[tuple[str, str], float]:
    table = read_matrix(Matrix(path=path, **more))
    found = table.minutes.tocoo()
    return {
        (table.origins[i], table.destinations[j]): float(t)
        for i, j, t in zip(found.row, found.col, found.data, strict=True)
    }


def faults(path: Path, **more: Any) -> Sequence[CarecircleError]:
    with pytest.raises(InputError) as caught:
        read_matrix(Matrix(path=path, **more))
    return getattr(caught.value, "faults", (caught.value,))


# ---- the door ----------------------------------------------------------------------------------------------


def test_what_is_read(tmp_path: Path) -> None:
    pairs = [("007", "b", 5), ("007", "a", 0), ("x", "a", None), ("x", "b", 2.5)]
    expected = {("007", "a"): 0.0, ("007", "b"): 5.0, ("x", "b"): 2.5}
    assert read(written(tmp_path / "m.csv", *pairs)) == expected
    frame = pd.DataFrame(pairs, columns=["起点", "终点", "分钟"])
    frame.to_parquet(tmp_path / "m.parquet")
    assert read(tmp_path / "m.parquet") == expected
    frame.to_csv(tmp_path / "g.csv", index=False, encoding="gb18030", sep=";")
    assert read(tmp_path / "g.csv") == expected
    own = written(tmp_path / "own.csv", ("a", "b", 90), header="von,nach,Sekunden")
    columns = {"origin": "von", "destination": "nach", "minutes": "Sekunden"}
    assert read(own, columns=columns, unit="s") == {("a", "b"): 1.5}


@pytest.mark.parametrize(
    ("pairs", "key", "row", "column"),
    [
        ([("a", "b", 5), ("a", "c", -1)], "inputs.negative", 3, "minutes"),
        ([("a", "b", 5), ("a", "c", "about 9")], "inputs.not_a_number", 3, "minutes"),
        ([("a", "b", 5), ("a", "c", "inf")], "inputs.not_a_number", 3, "minutes"),
        ([("a", "b", 5), (None, "c", 5)], "inputs.missing_id", 3, "origin"),
        ([("a", "b", 5), ("a", None, 5)], "inputs.missing_id", 3, "destination"),
        ([("a", "b", 5), ("a", "c", 5), ("a", "b", 6)], "inputs.pair_twice", 4, "destination"),
        ([("a", "b", 5), ("a", "c", 5, 7)], "inputs.matrix_unreadable", 3, None),
    ],
)
def test_faults_name_file_row_and_column(
    tmp_path: Path, pairs: list[Pair], key: str, row: int, column: str | None
) -> None:
    path = written(tmp_path / "m.csv", *pairs)
    found = faults(path)
    assert [(f.sentence.key, f.file, f.row, f.column) for f in found] == [(key, str(path), row, column)]


def test_faults_of_files(tmp_path: Path) -> None:
    assert faults(written(tmp_path / "e.csv"))[0].sentence.key == "inputs.empty_table"
    lacking = faults(written(tmp_path / "l.csv", ("a", 1), header="origin,minutes"))[0]
    assert (lacking.sentence.key, lacking.sentence.facts["missing"]) == (
        "inputs.missing_column",
        ["destination"],
    )
    (tmp_path / "m.parquet").write_bytes(b"PAR1 but no more")
    assert faults(tmp_path / "m.parquet")[0].sentence.key == "inputs.matrix_unreadable"
    (tmp_path / "m.xlsx").write_bytes(b"PK")
    assert faults(tmp_path / "m.xlsx")[0].sentence.key == "inputs.matrix_format"
    own = written(tmp_path / "o.csv", ("a", "b", 1))
    assert faults(own, columns={"minutes": "t"})[0].sentence.key == "inputs.given_column"


# ---- as a way of travelling --------------------------------------------------------------------------------


def with_matrix(folder: Path, by_road: carecircle.Analysis, keep: Any = None, more: str = "") -> Path:
    """The town with its own minutes by car written as a matrix."""
    folder.mkdir(exist_ok=True)
    study = write_town(folder)
    query = next(q for q in by_road.reached if q.mode == "drive")
    demand, facilities = by_road.inputs.demand, by_road.inputs.facilities
    assert demand is not None
    table = by_road.reach_of(query).pairs(demand, facilities, direction="to_facility").tocoo()
    pairs = pd.DataFrame(
        {
            "origin": demand["demand_id"].to_numpy()[table.row],
            "destination": facilities["facility_id"].to_numpy()[table.col],
            "minutes": table.data,
        }
    )
    (pairs if keep is None else keep(pairs)).to_csv(folder / "drive.csv", index=False)
    text = study.read_text(encoding="utf-8") + f'\n[matrix.drive]\npath = "drive.csv"\n{more}'
    study.write_text(text, encoding="utf-8")
    return study


def test_a_matrix_answers_as_the_roads_it_was_made_from(tmp_path: Path, by_road: carecircle.Analysis) -> None:
    found = carecircle.analyze(with_matrix(tmp_path, by_road))
    assert "drive" not in found.networks
    query = next(q for q in found.reached if q.mode == "drive")
    ours, theirs = found.reached[query], by_road.reached[query]
    assert ours["facility_id"].tolist() == theirs["facility_id"].tolist()
    np.testing.assert_array_equal(ours["cost"], theirs["cost"])
    before = {v.rule: (v.outcome, v.observed) for v in by_road.verdicts}
    assert {v.rule: (v.outcome, v.observed) for v in found.verdicts} == before
    assert query not in found.surfaces
    assert query in by_road.surfaces
    assert found.path(str(ours["demand_id"][0]), query) is None
    facilities = found.serving(query)
    with pytest.raises(UsageError, match="no surface"):
        found.reach_of(query).surface(facilities, None, direction="to_facility")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="from_facility"):
        found.reach_of(query).pairs(found.inputs.demand, facilities, direction="from_facility")
    shut = carecircle.reanalyze(found, close=[str(facilities["facility_id"].iloc[0])])
    again = carecircle.reanalyze(by_road, close=[str(facilities["facility_id"].iloc[0])])
    assert [v.observed for v in shut.verdicts] == [v.observed for v in again.verdicts]
    assert "town" in found.map().get_root().render()


def test_whom_it_does_not_know(tmp_path: Path, by_road: carecircle.Analysis) -> None:
    def keep(pairs: pd.DataFrame) -> pd.DataFrame:
        return pairs[pairs["origin"] != pairs["origin"].iloc[0]]

    found = carecircle.analyze(with_matrix(tmp_path, by_road, keep))
    assert any(f.sentence.key == "inputs.matrix_lacks" for f in found.findings)
    query = next(q for q in found.reached if q.mode == "drive")
    gone = by_road.inputs.demand["demand_id"][0]  # type: ignore[index]
    frame = found.reached[query]
    assert frame["status"][frame["demand_id"] == gone].tolist() == ["unsnapped"]
    with pytest.raises(InputError) as caught:
        carecircle.analyze(with_matrix(tmp_path / "2", by_road, lambda p: p.assign(origin="z" + p["origin"])
                                       .drop_duplicates(["origin", "destination"])))  # fmt: skip
    assert caught.value.sentence.key == "inputs.matrix_knows_nobody"


def test_a_mode_that_nobody_knows(tmp_path: Path, by_road: carecircle.Analysis) -> None:
    study = with_matrix(tmp_path, by_road, more='[matrix.drvie]\npath = "drive.csv"\n')
    with pytest.raises(StudyError, match="drive"):
        carecircle.load_study(study)


def test_a_study_without_one_says_nothing_of_it(by_road: carecircle.Analysis) -> None:
    assert "matrix" not in by_road.study.to_dict()


def test_further_ids_of_a_matrix_have_the_same_column() -> None:
    pairs = csr_array((np.array([0.0, 3.0, 5.0]), np.array([0, 1, 1]), np.array([0, 2, 3])), shape=(2, 2))
    known = Table(["a", "b"], ["x", "y"], pairs, direction="to_facility").knowing({"z": "x", "w": "nobody"})
    assert known.knowing({"again": "z"}).minutes.toarray().tolist() == [[0, 3, 0, 0], [0, 5, 0, 0]]
    assert known.minutes.nnz == 4  # a way that takes no time is a way
    two = gpd.GeoDataFrame({"facility_id": ["z", "x", "w"]}, geometry=[None] * 3, crs=4326)
    homes = gpd.GeoDataFrame({"demand_id": ["a", "b"]}, geometry=[None] * 2, crs=4326)
    found = known.pairs(homes, two, direction="to_facility")
    assert (found.indices.tolist(), found.data.tolist()) == ([0, 1], [0.0, 0.0])


def test_siting_on_a_matrix_is_the_best_by_its_own_figures(
    tmp_path: Path, by_road: carecircle.Analysis
) -> None:
    """Sites that the matrix knows by id, with minutes that no road gives: the best is told by trying each."""
    rng = np.random.default_rng(2)
    demand = by_road.inputs.demand
    assert demand is not None
    homes, sites = demand["demand_id"].tolist(), [f"new{n}" for n in range(6)]
    minutes = rng.uniform(0.5, 9, (len(homes), len(sites))).round(3)
    minutes[rng.random(minutes.shape) < 0.6] = np.inf

    def more(pairs: pd.DataFrame) -> pd.DataFrame:
        known = np.isfinite(minutes)
        row, column = np.nonzero(known)
        ids = {"origin": np.array(homes)[row], "destination": np.array(sites)[column]}
        return pd.concat([pairs, pd.DataFrame({**ids, "minutes": minutes[known]})], ignore_index=True)

    found = carecircle.analyze(with_matrix(tmp_path, by_road, more))
    lon, lat = east(0)
    candidates = gpd.GeoDataFrame(
        {"facility_id": sites, "name": sites, "category": "乡镇卫生院"},
        geometry=gpd.points_from_xy([lon] * 6, [lat + 0.001 * n for n in range(6)]), crs=4326,
    )  # fmt: skip
    query = next(q for q in found.reached if q.mode == "drive")
    now = found.reached[query]["cost"].to_numpy()
    people = demand["residents"].to_numpy(float)
    gain = [people[(now > 2) & (minutes[:, n] <= 2)].sum() for n in range(6)]
    best = site(found, clauses=["D.drive"], places=candidates, sites=1)
    assert best.moves["name"].tolist() == [sites[int(np.argmax(gain))]]
    after = next(v for v in best.after.verdicts if v.rule == "D.drive")
    before = next(v for v in found.verdicts if v.rule == "D.drive")
    assert after.ledger is not None
    assert before.ledger is not None
    assert after.ledger.covered - before.ledger.covered == pytest.approx(max(gain))
