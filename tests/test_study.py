"""study.toml: typed, strict, every fault told at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from carecircle.errors import InputError, StudyError
from carecircle.study import Study, load_study, study_schema

MINIMAL = 'version = 1\nname = "demo"\nplan = "luojiang"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_are_visible_and_paths_start_at_the_file(tmp_path: Path) -> None:
    (tmp_path / "roads.osm.pbf").write_bytes(b"")
    folder = tmp_path / "县 资料"
    folder.mkdir()
    study = load_study(write(folder, MINIMAL + '[roads]\npath = "../roads.osm.pbf"\n'))
    assert study.roads is not None
    assert study.roads.path == (tmp_path / "roads.osm.pbf").resolve()
    assert study.roads.format == "pbf"
    assert study.assumptions.max_snap_m == 500
    assert study.to_dict()["emergency"]["turnout_min"] == 1
    assert study.to_dict()["roads"]["path"] == "../roads.osm.pbf"
    assert load_study(folder) == study


def test_unknown_keys_name_the_nearest_known_one(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL + "[assumptions]\nmax_snap = 3\n[resident]\npath='a'\n")
    with pytest.raises(InputError) as caught:
        load_study(path)
    said = str(caught.value)
    assert "max_snap_m" in said
    assert "residents" in said
    assert "study.toml" in said
    assert "max_snap_m" in caught.value.text("zh")


def test_unknown_keys_inside_lists_name_the_nearest_known_one(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL + "[[more_facilities]]\npath='a'\ncount_colum='n'\n")
    with pytest.raises(InputError, match="count_column"):
        load_study(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = 1\nplan = 'x'\n", "name"),
        (MINIMAL.replace("version = 1", "version = 2"), "version"),
        (MINIMAL + "[assumptions]\ntarget_share = 90\n", "target_share"),
        (MINIMAL + "[roads]\npath = 'none.pbf'\n", "none.pbf"),
        (MINIMAL + "[roads]\npath = 'none.pbf'\nformat = 'shp'\n", "shp"),
        ("name = [", "TOML"),
        (MINIMAL.replace("demo", "a/b"), "name"),
    ],
)
def test_each_fault_is_one_clear_message(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_study(write(tmp_path, text))


def test_a_missing_study_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"study\.toml"):
        load_study(tmp_path)


def test_the_schema_is_exported_and_accepts_what_load_accepts(tmp_path: Path) -> None:
    import jsonschema

    schema = study_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    study = load_study(write(tmp_path, MINIMAL))
    jsonschema.validate(study.to_dict(), schema)
    json.dumps(schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**study.to_dict(), "yaer": 2020}, schema)


def test_a_study_cannot_be_changed(tmp_path: Path) -> None:
    study = Study(name="a", plan="luojiang")
    with pytest.raises(ValueError, match="frozen"):
        study.name = "b"  # type: ignore[misc]
