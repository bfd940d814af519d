"""Pages that are made from the code at build time, so that they cannot fall behind it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import command_pages
import error_pages
import house
import plan_pages
import road_tables
from sphinx.application import Sphinx


def write(docs: Path) -> None:
    """Write ``generated/`` anew; files that would not change are left as they are."""
    folder = docs / "generated"
    folder.mkdir(exist_ok=True)
    made = {
        "plans.md": plan_pages.page(),
        "errors.md": error_pages.page(),
        "commands.md": command_pages.page(),
        "house_table.txt": house.page_part(),
        "road_tables.txt": road_tables.page_part(),
        "house.svg": house.picture(),
    }
    for name, text in made.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for notebook in sorted((docs.parent / "notebooks").glob("*.ipynb")):
        (folder / "notebooks").mkdir(exist_ok=True)
        shutil.copyfile(notebook, folder / "notebooks" / notebook.name)


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the pages before Sphinx looks for them."""
    write(Path(app.srcdir))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
