"""missing_roads.gpkg: what mappers draw from, in degrees; and the workbook's sheet of the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from carecircle.outputs.files.layers import write_layers
from carecircle.outputs.telling import missing_of
from carecircle.texts import say

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.outputs.files.book import Book

LAYERS = ("lanes", "groups")
_COLUMNS = ("group_id", "residents", "off_road", "off_m", "on_foot_min", "lane_m", "rules")


def geopackage(analysis: Analysis, path: Path) -> None:
    """Write the layers ``lanes`` and ``groups`` in WGS 84; nothing where no road is looked for."""
    found = missing_of(analysis)
    if found is None:
        return
    frames = (found.links.to_crs(4326), found.groups.to_crs(4326))
    write_layers(path, zip(LAYERS, frames, ("LineString", "Point"), strict=True))


def sheet(writer: Book, analysis: Analysis) -> None:
    """The groups and, below, the verdicts that hang on them; no sheet where no road is looked for."""
    found = missing_of(analysis)
    if found is None:
        return
    page = writer.sheet(writer.say("sheet_missing"), [14, 14, 18, 18, 18, 18, 40])
    header = [writer.say(f"column_missing_{name}") for name in _COLUMNS]
    rows = found.groups[list(_COLUMNS)].to_numpy(object).tolist()
    below = writer.table(page, 0, header, rows, {}, filtered=True)
    header = [writer.say(f"column_missing_{name}") for name in ("rule", "outcome", "left_out", "could_pass")]
    told = [
        (
            str(rule), say(f"rules.outcome_{str(outcome).lower()}", writer.language), float(residents),
            writer.say("missing_true" if passes else "missing_false"),
        )
        for rule, outcome, residents, passes in found.verdicts.to_numpy(object).tolist()
    ]  # fmt: skip
    writer.table(page, below + 1, header, told, {}, filtered=True)
    page.freeze_panes(1, 1)
