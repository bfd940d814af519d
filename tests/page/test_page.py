"""The map page: its scripts by node, their types, the tracked bundles, the type of what Python writes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import page_type
from carecircle.analysis import Analysis

OUTPUTS = Path("coverage/carecircle/outputs")
PAGE = OUTPUTS / "map/page"


def _node(root: Path, *arguments: str, needs: str = "") -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node absent: the page's scripts are tested where it is installed (version 20 or newer)")
    if needs and not (root / "node_modules" / needs).exists():
        pytest.skip(f"{needs} absent: run `make page-check`, which installs it")
    done = subprocess.run([node, *arguments], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_scripts_own_tests_pass(root: Path) -> None:
    _node(root, "--test", *sorted(str(p) for p in (root / "tests/page").glob("*.test.js")))


def test_the_tracked_bundles_are_what_the_modules_make(root: Path) -> None:
    _node(root, str(OUTPUTS / "build.mjs"), "--held", needs="esbuild")


def test_the_types_hold(root: Path) -> None:
    _node(root, "node_modules/typescript/bin/tsc", "-p", str(OUTPUTS), needs="typescript")


@pytest.mark.slow
def test_the_type_of_the_page_is_what_python_writes(embedded: Analysis) -> None:
    """Red: run `python tests/page_type.py` and see what the page's scripts say to it."""
    assert page_type.KEPT.read_text(encoding="utf-8") == page_type.page_type(page_type.samples(embedded))


def test_the_type_of_the_siting_page_is_what_python_writes(tmp_path: Path) -> None:
    """Red: as above."""
    made = page_type.siting_type(page_type.siting_samples(tmp_path))
    assert page_type.KEPT_SITING.read_text(encoding="utf-8") == made


def test_a_type_is_read_from_samples() -> None:
    made = page_type.page_type(
        [
            {
                "a": 1,
                "words": {"k": {"zh": "x", "en": "x"}},
                "c": [0, 1, "u8", False, "base"],
                "sites": [{"lon": None}],
            },
            {"a": None, "words": {}, "c": None, "sites": [{"lon": 1.5, "more": "x"}]},
        ]
    )
    assert "a: number | null;" in made
    assert "words: Record<string, Said>;" in made
    assert "c: Column | null;" in made
    assert "export interface Site {\n  lon: number | null;\n  more?: string;\n}" in made


def test_the_model_draws_nothing(root: Path) -> None:
    """No module of the model knows of the document, of Leaflet or of a module that draws."""
    for path in (root / PAGE / "src/model").glob("*.js"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"(?<![./\w])(document|window|L)\.|/view/", code), path.name
