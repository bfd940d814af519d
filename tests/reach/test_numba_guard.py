"""numba can be imported although the source folder is called like a tool it looks for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

HIDE_THE_TOOL = """
import importlib.abc, sys
class NoCoverageTool(importlib.abc.MetaPathFinder):
    # what a machine without coverage.py sees: only folders of that name, never the installed tool
    def find_spec(self, name, path=None, target=None):
        if name == "coverage":
            from importlib.machinery import PathFinder
            spec = PathFinder.find_spec(name, [p for p in sys.path if "site-packages" not in p])
            if spec is None:
                raise ModuleNotFoundError(name)
            return spec
sys.meta_path.insert(0, NoCoverageTool())
sys.path.insert(0, "")
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    script = HIDE_THE_TOOL + f"sys.path.append({str(ROOT / 'coverage')!r})\n" + code
    return subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_trap_is_real():
    done = run("import numba")
    assert done.returncode != 0
    assert "coverage" in done.stderr


def test_the_guard_imports_numba_at_the_root_of_the_checkout():
    done = run(
        "from carecircle.reach.search._numba import numba\n"
        "assert numba() is not None\n"
        "assert 'coverage' not in sys.modules\n"
        "import numpy as np\n"
        "from carecircle.reach.kernels import nearest\n"
        "print(nearest(np.array([0, 1, 1]), np.array([1]), np.array([2.5]), np.array([0]))[0].tolist())\n"
    )
    assert done.stderr == ""
    assert done.stdout.strip() == "[0.0, 2.5]"
