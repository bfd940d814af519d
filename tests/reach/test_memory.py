"""Work that cannot fit is refused with the number; what can goes in chunks and gives the same."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import reach_town as town
from carecircle.errors import CapacityError
from carecircle.reach import kernels
from carecircle.reach.isochrones import isochrones
from carecircle.reach.search import _memory
from carecircle.reach.travel import service_areas, travel_time_matrix


def with_memory(monkeypatch, amount):
    monkeypatch.setattr(_memory, "available_bytes", lambda: amount)


def test_the_system_says_what_it_has():
    assert _memory.available_bytes() > 2**20


def test_what_cannot_fit_is_refused_with_the_number(monkeypatch):
    network = town.grid(5, 5)
    graph = network.csr("minutes")
    homes, clinics = town.places([(0, 0)] * 40), town.places([(400, 400)] * 30, prefix="f")
    with_memory(monkeypatch, 1000)
    for work in (
        lambda: kernels.nearest(*graph, np.array([0])),
        lambda: kernels.areas(*graph, np.array([0])),
        lambda: kernels.table(*graph, np.arange(25), np.arange(25)),
        lambda: travel_time_matrix(network, homes, clinics),
    ):
        with pytest.raises(CapacityError, match="GiB") as caught:
            work()
        assert isinstance(caught.value, MemoryError)


def test_chunks_give_the_same(monkeypatch):
    network = town.grid(5, 5, one_way_rows=(1,))
    rng = np.random.default_rng(2)
    homes = town.places(rng.uniform(0, 1600, (50, 2)))
    clinics = town.places(rng.uniform(0, 1600, (20, 2)), prefix="f")
    whole = service_areas(network, homes, clinics, limit=4), isochrones(network, clinics, [2, 3])
    with_memory(monkeypatch, 4 * 25 * 46)  # eight facilities at a time
    assert _memory.chunk_length(12 * network.nodes, least=8) < 20
    parts = service_areas(network, homes, clinics, limit=4), isochrones(network, clinics, [2, 3])
    pd.testing.assert_frame_equal(whole[0], parts[0])
    assert whole[1].geometry.to_wkb().tolist() == parts[1].geometry.to_wkb().tolist()


@pytest.mark.parametrize(
    ("own", "files"),
    [
        ("0::/box/inner", {
            "box/memory.max": "1000", "box/memory.current": "400",
            "box/memory.stat": "anon 300\ninactive_file 50\n", "box/inner/memory.max": "max",
        }),
        ("4:memory:/box\n0::/", {
            "memory/box/memory.limit_in_bytes": "1000", "memory/box/memory.usage_in_bytes": "400",
            "memory/box/memory.stat": "inactive_file 7\ntotal_inactive_file 50\n",
        }),
        ("4:memory:/not/seen/inside\n0::/", {
            "memory/memory.limit_in_bytes": "1000", "memory/memory.usage_in_bytes": "350",
            "memory/memory.stat": "",
        }),
    ],
    ids=["version 2, the group above", "version 1", "inside a container"],
)  # fmt: skip
def test_a_containers_limit_counts(monkeypatch, tmp_path, own, files):
    (tmp_path / "own").write_text(own + "\n")
    for name, held in files.items():
        (tmp_path / "groups" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "groups" / name).write_text(held + "\n")
    monkeypatch.setattr(_memory, "_OWN", tmp_path / "own")
    monkeypatch.setattr(_memory, "_GROUPS", tmp_path / "groups")
    assert _memory.available_bytes() == 650
    (tmp_path / "own").unlink()
    assert _memory.available_bytes() > 2**20


def test_a_limit_on_the_process_counts():
    code = (
        "import resource\n"
        "from carecircle.reach.search import _memory\n"
        "free = _memory.available_bytes()\n"
        "vms = _memory.psutil.Process().memory_info().vms\n"
        "resource.setrlimit(resource.RLIMIT_AS, (vms + 2**28, -1))\n"
        "print(min(free, 2**28) - _memory.available_bytes())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert abs(int(done.stdout)) < 2**24
