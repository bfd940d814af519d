"""What the manual shows, read out of README and docs: commands, Python and study files, page by page."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from realdata import ROOT

sys.path.insert(0, str(ROOT / "docs" / "_ext"))

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES += sorted((ROOT / "docs" / "zh").glob("*.md"))
_FENCE = re.compile(r"^```(\{?[\w-]*\}?)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = ("", "sh", "shell", "bash", "console")


@dataclass(frozen=True)
class Shown:
    """A fenced block of a page."""

    page: str
    language: str
    text: str


def blocks() -> Iterator[Shown]:
    """Every fenced block of README, CONTRIBUTING and docs."""
    for path in PAGES:
        for language, text in _FENCE.findall(path.read_text(encoding="utf-8")):
            yield Shown(path.relative_to(ROOT).as_posix(), language, text)


def shell_lines() -> list[tuple[str, str]]:
    """Page and command line, comments taken off."""
    found = []
    for block in blocks():
        if block.language in SHELL:
            for line in block.text.splitlines():
                bare = re.sub(r"\s+#.*$", "", line.removeprefix("$ ")).strip()
                if bare and not bare.startswith("#"):
                    found.append((block.page, bare))
    return found
