"""Pages that are made from the code at build time, so that they cannot fall behind it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import command_pages
import error_pages
import house
import plan_pages
import road_tables

from carecircle.texts import LANGUAGES

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def made() -> dict[str, str]:
    """Text of every file that is written before Sphinx looks for it, by its path under ``docs``."""
    files = {"generated/house.svg": house.picture()}
    for language in LANGUAGES:
        folder = "generated" if language == "en" else f"{language}/generated"
        files[f"{folder}/plans.md"] = plan_pages.page(language)
        files[f"{folder}/errors.md"] = error_pages.page(language)
        files[f"{folder}/commands.md"] = command_pages.page(language)
        files[f"{folder}/house_table.txt"] = house.page_part(language)
        files[f"{folder}/road_tables.txt"] = road_tables.page_part(language)
    return files


def write(docs: Path) -> None:
    """Write what is generated anew; files that would not change are left as they are."""
    for name, text in made().items():
        path = docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for notebook in sorted((docs.parent / "notebooks").glob("*.ipynb")):
        (docs / "generated" / "notebooks").mkdir(exist_ok=True)
        shutil.copyfile(notebook, docs / "generated" / "notebooks" / notebook.name)


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the pages before Sphinx looks for them."""
    write(Path(app.srcdir))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
