"""The house: who may import whom, read from import-linter's own contract and drawn as it stands there."""

from __future__ import annotations

import ast
import re
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "coverage" / "carecircle"
WIDTH, ROW, GAP = 620, 44, 14
ROOMS_BEGIN, ROOMS_END = "<!-- rooms: written by `make rooms` -->", "<!-- end of rooms -->"


def layers() -> list[list[str]]:
    """Rooms from the top of the house down, those on one floor together."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    return [re.findall(r"\w+", layer) for layer in contract["layers"]]


def exceptions() -> list[str]:
    """The arrows that may point up, as the contract names them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(settings["tool"]["importlinter"]["contracts"][0]["ignore_imports"])


def purpose(room: str) -> str:
    """The first line of a room: the one thing that happens there."""
    path = SOURCE / f"{room}.py"
    path = path if path.is_file() else SOURCE / room / "__init__.py"
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines()[0]


def picture() -> str:
    """The house as SVG."""
    floors = layers()
    height = len(floors) * (ROW + GAP) + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'font-family="sans-serif" font-size="16">',
        "<title>A room imports only rooms on floors below it</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fbfaf7"/>',
    ]
    for number, rooms in enumerate(floors):
        top = GAP + number * (ROW + GAP)
        wide = (WIDTH - 2 * GAP - (len(rooms) - 1) * GAP) / len(rooms)
        for place, room in enumerate(rooms):
            left = GAP + place * (wide + GAP)
            parts.append(
                f'<rect x="{left:.0f}" y="{top}" width="{wide:.0f}" height="{ROW}" rx="5" '
                'fill="#e6eef0" stroke="#3d6470"/>'
                f'<text x="{left + wide / 2:.0f}" y="{top + ROW / 2 + 6:.0f}" text-anchor="middle" '
                f'fill="#16343d">{escape(room)}</text>'
            )
    return "".join([*parts, "</svg>\n"])


def rooms() -> list[tuple[str, str]]:
    """Every package of the checkout and every module beside them, with the one thing that happens there."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        inside = path.relative_to(SOURCE)
        room = inside.parent if inside.name == "__init__.py" else inside.with_suffix("")
        deep = len(room.parts) > 1 and inside.name != "__init__.py"
        if room.parts and not deep:
            found.append((room.as_posix(), purpose(room.as_posix())))
    return sorted(found)


def rooms_table(language: str = "en") -> str:
    """The table of rooms that the architecture page carries; what happens there is the code's own line."""
    lines = [
        {"en": "| room | what happens there |", "zh": "| 模块 | 用途（源代码首行） |"}[language],
        "|---|---|",
    ]
    return "\n".join([*lines, *(f"| `{room}` | {said} |" for room, said in rooms())])


PAGES = {"en": ROOT / "docs" / "architecture.md", "zh": ROOT / "docs" / "zh" / "architecture.md"}


def write_rooms() -> None:
    """Write the table of rooms into the architecture page of each language, between its marks."""
    for language, page in PAGES.items():
        before, rest = page.read_text(encoding="utf-8").split(ROOMS_BEGIN)
        _, after = rest.split(ROOMS_END)
        table = rooms_table(language)
        page.write_text(f"{before}{ROOMS_BEGIN}\n{table}\n{ROOMS_END}{after}", encoding="utf-8")


HEADS = {
    "en": (
        "| floor | room | what happens there |",
        "Arrows that may point up, as the contract names them: {}.",
    ),
    "zh": ("| 层 | 模块 | 用途（源代码首行） |", "约定中列明、允许向上引用的有：{}。"),
}


def page_part(language: str = "en") -> str:
    """The table of floors under the picture, in MyST Markdown; what happens there is the code's own line."""
    head, arrows = HEADS[language]
    lines = [head, "|---|---|---|"]
    for number, rooms in enumerate(reversed(layers()), 1):
        lines += [f"| {number} | `{room}` | {purpose(room)} |" for room in rooms]
    lines += ["", arrows.format(", ".join(f"`{arrow}`" for arrow in exceptions()))]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    write_rooms()
