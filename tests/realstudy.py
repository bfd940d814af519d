"""The real studies in ``tests/studies``, wherever the real data lie."""

from __future__ import annotations

from pathlib import Path

from carecircle.study import Study, load_study
from realdata import REAL_DATA, ROOT, real

STUDIES = ROOT / "tests" / "studies"


def real_study(name: str, folder: Path, *needs: str) -> Study:
    """A study of ``tests/studies`` with its paths led to the real data; skips where one is absent."""
    for needed in needs:
        real(needed)
    text = (STUDIES / name / "study.toml").read_text(encoding="utf-8")
    text = text.replace("../../../../shared/data", REAL_DATA.resolve().as_posix())
    (folder / "plan.toml").write_bytes((STUDIES / name / "plan.toml").read_bytes())
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return load_study(folder)
