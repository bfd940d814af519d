"""Lists of names that the manual's two languages share: written in English, copied into Chinese."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]
_LIST = re.compile(r"```\{eval-rst\}\n.*?\n```", re.DOTALL)


def names(english: str, chinese: str) -> str:
    """The Chinese API page with the lists of the English one, in their order; the pages made are the same."""
    lists = iter(_LIST.findall(english))
    return _LIST.sub(lambda _: re.sub(r" +:toctree: .*\n", "", next(lists)), chinese)


def write_names() -> None:
    """Write the lists of ``docs/api.md`` into its mirror."""
    page = DOCS / "zh" / "api.md"
    english = (DOCS / "api.md").read_text(encoding="utf-8")
    page.write_text(names(english, page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write_names()
