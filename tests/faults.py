"""A campaign of faults: runs that are killed, find the disk full, meet each other or find kept bits flipped.

    python tests/faults.py --kills 200 --steps 200 --full 50 --pairs 30 --flips 100

After each fault the folder holds the old run or the new one, whole, and every file of the user's; the next
run is equal to the byte to one that nothing befell. Counts go to ``--state``, where an ended campaign is
taken up.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import carecircle.analysis
import carecircle.outputs.write  # noqa: F401 (read once, before any child is forked)
from carecircle import cli, delivery, keep
from test_delivery import content, dying, fill
from worlds import street_study

MINE = {"notes.txt": b"mine", "sub/report.pdf": b"mine too"}
KINDS = ("kills", "steps", "full", "pairs", "flips", "readonly")


def child(study: Path, out: Path, before: Callable[[], None] = lambda: None) -> int:
    """Begin a run in a forked process."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        before()
        sys.argv = ["carecircle", "run", str(study), "--out", str(out)]
        cli.main()
    except SystemExit as done:
        code = int(done.code or 0)
    finally:
        os._exit(code)


def ended(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


class Campaign:
    """Two runs of one tiny study, old and new, and what a fault between them must leave."""

    def __init__(self, room: Path, dice: random.Random) -> None:
        self.room, self.dice = room, dice
        self.old, self.new = (street_study(room / name) for name in ("old", "new"))
        text = self.new.read_text(encoding="utf-8").replace('title = "一条街"', 'title = "又一条街"')
        self.new.write_text(text, encoding="utf-8")
        self.cache = room / "cache" / keep.FOLDER
        self.whole: dict[str, dict[str, bytes]] = {}
        for name, study in (("old", self.old), ("new", self.new)):
            assert ended(child(study, room / f"whole-{name}")) == 0
            self.whole[name] = content(room / f"whole-{name}")
        assert self.whole["old"] != self.whole["new"]
        began = time.monotonic()
        assert ended(child(self.new, room / "whole-new")) == 0
        self.seconds = time.monotonic() - began
        self.out = room / "out"
        self.mine: Mapping[str, bytes] = {}

    def lay(self) -> None:
        """The old run in the folder, half of the times among files of the user's."""
        self.mine = MINE if self.dice.random() < 0.5 else {}
        shutil.rmtree(self.out, ignore_errors=True)
        fill(self.out, {**self.whole["old"], **self.mine})

    def left(self) -> str:
        """Which run the folder holds now."""
        delivery.settle(self.out)
        now = {n: held for n, held in content(self.out).items() if not n.startswith(".carecircle")}
        for name, files in self.whole.items():
            if now == {**files, **self.mine}:
                return name
        raise AssertionError(f"a mixture: {sorted(now)}")

    def right(self) -> None:
        """The next run is as one that nothing befell, and leaves nothing of ours about."""
        assert ended(child(self.new, self.out)) == 0
        assert content(self.out) == {**self.whole["new"], **self.mine}
        left = [p.name for p in (*self.room.iterdir(), *self.out.iterdir()) if ".carecircle" in p.name]
        assert not left, left

    def kills(self) -> str:
        self.lay()
        pid = child(self.new, self.out)
        time.sleep(self.dice.random() * self.seconds)
        os.kill(pid, signal.SIGKILL)
        ended(pid)
        return self.left()

    def steps(self) -> str:
        """Dead at a step of the moving in."""
        self.lay()
        at = self.dice.randrange(1, 130)
        with pytest.MonkeyPatch.context() as patch:
            code = ended(child(self.new, self.out, lambda: dying(at, patch)))
        assert code in (0, 9), code
        return self.left()

    def full(self) -> str:
        """No file may grow beyond a size: outputs or what is kept cannot be written."""
        self.lay()
        size = int(10 ** self.dice.uniform(2, 6.5))
        shutil.rmtree(self.cache, ignore_errors=True)
        code = ended(
            child(self.new, self.out, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
        )
        assert code in (0, 2), (code, size)
        return self.left()

    def pairs(self) -> str:
        """Two runs into one folder."""
        self.lay()
        both = [child(study, self.out) for study in (self.old, self.new)]
        assert [ended(pid) for pid in both] <= [2, 2]
        return self.left()

    def flips(self) -> str:
        """A bit of something kept is not as it was; the run is."""
        self.lay()
        path = self.dice.choice(sorted(self.cache.glob("*.kept")))
        bad = bytearray(path.read_bytes())
        bad[self.dice.randrange(len(bad))] ^= 1 << self.dice.randrange(8)
        path.write_bytes(bad)
        return "flipped"

    def readonly(self) -> str:
        """A folder that may not be written (by all but the superuser)."""
        if os.geteuid() == 0:
            return "not asked: the superuser may write everywhere"
        self.lay()
        self.out.chmod(0o555)
        code = ended(child(self.new, self.out))
        self.out.chmod(0o755)
        assert code == 2, code
        return self.left()


def main() -> None:
    """Run what is asked for, on from where the state says."""
    asked = argparse.ArgumentParser(description=__doc__)
    for kind in KINDS:
        asked.add_argument(f"--{kind}", type=int, default=10)
    asked.add_argument("--state", type=Path, default=Path("faults.json"))
    asked.add_argument("--seed", type=int, default=14)
    options = asked.parse_args()
    done = Counter(json.loads(options.state.read_text()) if options.state.exists() else {})
    with tempfile.TemporaryDirectory() as room:
        os.environ[keep.VARIABLE] = str(Path(room) / "cache")
        os.environ["SOURCE_DATE_EPOCH"] = "1700000000"
        campaign = Campaign(Path(room), random.Random(f"{options.seed} {done.total()}"))
        print(f"a run takes {campaign.seconds:.1f} s", flush=True)
        for kind in KINDS:
            for _ in range(getattr(options, kind) - sum(n for k, n in done.items() if k.startswith(kind))):
                came = getattr(campaign, kind)()
                if not came.startswith("not asked"):
                    campaign.right()
                done[f"{kind}: {came}"] += 1
                options.state.write_text(json.dumps(done))
            for key, count in sorted(done.items()):
                if key.startswith(kind):
                    print(f"{count:6d} {key}", flush=True)
    print("no mixture, no file lost, every next run equal to the byte")


if __name__ == "__main__":
    main()
