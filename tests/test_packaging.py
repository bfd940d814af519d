"""What keeps the project installable: versions told once, names pinned, the house's import traps."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import carecircle

TRACKED_TRAPS = ("coverage/__init__.py",)


def requirements(lines: list[str]) -> dict[str, str]:
    found = {}
    for line in lines:
        match = re.match(r"^([A-Za-z0-9_.-]+)\s*(.*)$", line)
        assert match, line
        found[match[1].lower()] = match[2]
    return found


def environment(root: Path) -> dict[str, str]:
    text = (root / "environment.yml").read_text(encoding="utf-8")
    lines = [line.strip()[2:] for line in text.splitlines() if line.strip().startswith("- ")]
    return requirements([x for x in lines if x not in {"conda-forge", "pip", "pip:", "--editable ."}])


def test_environment_and_pyproject_name_the_same_versions(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = requirements(project["dependencies"])
    wanted["python"] = project["requires-python"]
    assert environment(root) == wanted


def test_constraints_pin_every_dependency(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    named = requirements(project["dependencies"])
    for extra in ("test", "lint", "docs"):
        named |= requirements(project["optional-dependencies"][extra])
    assert {n.replace("_", "-") for n in named} <= pinned


def test_the_public_face_is_pinned() -> None:
    assert carecircle.__all__ == [
        "Analysis", "CarecircleError", "InputError", "Outcome", "OutputError", "Plan", "PlanError",
        "Scenario", "Study", "StudyError", "UsageError", "Verdict", "analyze", "breakpoints", "judge",
        "load_plan", "load_study", "reanalyze", "uncertainty",
    ]  # fmt: skip
    assert all(getattr(carecircle, name) is not None for name in carecircle.__all__)
    assert re.match(r"\d+\.\d+", carecircle.__version__)


def test_importing_carecircle_loads_nothing_heavy() -> None:
    code = (
        "import sys, carecircle, carecircle.cli; "
        "print([m for m in ('geopandas', 'folium', 'numba', 'osmium', 'rasterio') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_tracked_file_shadows_the_coverage_package(root: Path) -> None:
    assert not [trap for trap in TRACKED_TRAPS if (root / trap).exists()]
    ignored = (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "coverage/" not in ignored
    assert "coverage" not in ignored
