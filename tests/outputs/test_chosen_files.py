"""Which files a run writes: sets by name, names, and nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

import carecircle
from carecircle.outputs.ours import RUN
from carecircle.study.files import SETS, chosen
from worlds import street_study


@pytest.mark.parametrize("asked", ["light", "standard", ("verdicts.xlsx",)])
def test_only_what_is_asked_for_is_written_and_is_the_same(
    asked: str | tuple[str, ...], tmp_path: Path
) -> None:
    study = street_study(tmp_path)
    whole = carecircle.analyze(study)
    whole.write(tmp_path / "all")
    files = f'"{asked}"' if isinstance(asked, str) else str([*asked])
    text = f"[outputs]\nfiles = {files}\n"
    study.write_text(study.read_text(encoding="utf-8") + text, encoding="utf-8")
    found = carecircle.analyze(study)
    written = {path.name for path in found.write(tmp_path / "some")}
    assert written == chosen(asked) & {path.name for path in (tmp_path / "all").iterdir()}
    assert {p.name for p in (tmp_path / "some").iterdir()} == written
    assert bool(found.surfaces) == bool(asked == "standard")
    for name in ("verdicts.json", "demand.parquet"):
        if name in written:
            assert (tmp_path / "some" / name).read_bytes() == (tmp_path / "all" / name).read_bytes()


def test_the_sets_grow() -> None:
    assert set(SETS["light"]) < set(SETS["standard"]) < set(SETS["all"]) == set(RUN)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    study = street_study(tmp_path, extra='[outputs]\nfiles = "lite"\n')
    with pytest.raises(carecircle.CarecircleError, match="light"):
        carecircle.load_study(study)
