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
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from carecircle import delivery, keep
from forked import begun, ended, warm
from test_delivery import content, dying, fill
from worlds import street_study

MINE = {"notes.txt": b"mine", "sub/report.pdf": b"mine too"}
COARSE = "[outputs]\nsurface_cell_m = 1000\n"
NOBODY = 65534
LAST_STEP = 130
"""Beyond the last step of moving in (a run that meets none of them ends whole)."""
KINDS = ("kills", "steps", "full", "pairs", "flips", "readonly")


def child(study: Path, out: Path, before: Callable[[], object] = lambda: None) -> int:
    """Begin a run in a forked process."""
    return begun(["run", study, "--out", out], before)


class Campaign:
    """Two runs of one tiny study, old and new, and what a fault between them must leave."""

    def __init__(self, room: Path, dice: random.Random) -> None:
        self.room, self.dice = room, dice
        self.old, self.new = (street_study(room / name, extra=COARSE) for name in ("old", "new"))
        for study in (self.old, self.new):  # one rule: a run is short
            plan = study.with_name("plan.toml")
            head, _, last = plan.read_text(encoding="utf-8").split("[[rule]]")
            plan.write_text(f"{head}[[rule]]{last}", encoding="utf-8")
        text = self.new.read_text(encoding="utf-8").replace('title = "一条街"', 'title = "又一条街"')
        self.new.write_text(text, encoding="utf-8")
        self.cache = room / "cache" / keep.FOLDER
        warm(["run", self.old, "--out", room / "warm"])
        self.whole: dict[str, dict[str, bytes]] = {}
        for name, study in (("old", self.old), ("new", self.new)):
            assert ended(child(study, room / f"whole-{name}")) == 0
            self.whole[name] = content(room / f"whole-{name}")
        assert self.whole["old"] != self.whole["new"]
        began, used = time.monotonic(), children_s()
        assert ended(child(self.new, room / "whole-new")) == 0
        self.seconds, self.cpu_s = time.monotonic() - began, children_s() - used
        self.out = room / "out"
        self.at = dice.randrange(LAST_STEP)
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
        """Dead at any moment of the run: by kill -9, or after so much of the processor's time."""
        self.lay()
        part = self.dice.random()
        if self.dice.random() < 0.25:
            pid = child(self.new, self.out)
            time.sleep(part * self.seconds)
            os.kill(pid, signal.SIGKILL)
        else:
            pid = child(self.new, self.out, lambda: signal.setitimer(signal.ITIMER_PROF, part * self.cpu_s))
        assert ended(pid) in (0, -signal.SIGKILL, -signal.SIGPROF)
        return self.left()

    def steps(self) -> str:
        """Dead at a step of the moving in."""
        self.lay()
        self.at = self.at % LAST_STEP + 1
        with pytest.MonkeyPatch.context() as patch:
            code = ended(child(self.new, self.out, lambda: dying(self.at, patch)))
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
        """A folder that may not be written, by one who is not the superuser."""
        self.lay()
        self.out.chmod(0o555)
        code = ended(child(self.new, self.out, lambda: os.geteuid() or os.setuid(NOBODY)))
        self.out.chmod(0o755)
        assert code == 2, code
        return self.left()


def children_s() -> float:
    """What the children took of the processor, seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def of_kind(done: Counter[str], kind: str) -> int:
    return sum(n for key, n in done.items() if key.startswith(kind))


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
        Path(room).chmod(0o755)
        os.environ[keep.VARIABLE] = str(Path(room) / "cache")
        os.environ["SOURCE_DATE_EPOCH"] = "1700000000"
        campaign = Campaign(Path(room), random.Random(f"{options.seed} {done.total()}"))
        print(f"a run takes {campaign.seconds:.1f} s, {campaign.cpu_s:.1f} s of the processor", flush=True)
        wanted = [kind for kind in KINDS for _ in range(getattr(options, kind) - of_kind(done, kind))]
        campaign.dice.shuffle(wanted)
        for number, kind in enumerate(wanted, 1):
            came = getattr(campaign, kind)()
            campaign.right()
            done[f"{kind}: {came}"] += 1
            options.state.write_text(json.dumps(done))
            if number % 50 == 0:
                print(f"{number} of {len(wanted)}, {children_s():.0f} s of the processor", flush=True)
    for key, count in sorted(done.items()):
        print(f"{count:6d} {key}")
    print("no mixture, no file lost, every next run equal to the byte")


if __name__ == "__main__":
    main()
