"""Road tables that write letters for words: Geofabrik's F, T and B.

Geofabrik's layers (*OpenStreetMap Data in Layered GIS Format*, column ``oneway``) say F where a road may be
driven only as it is drawn, T where only against that, B where both ways; ``tunnel`` is T or F.
"""

from __future__ import annotations

from collections.abc import Sequence

from carecircle.errors import InputError
from carecircle.inputs.tables import Table

LETTERED = ("oneway", "tunnel")
"""Tags that such tables write as letters."""
_ONEWAY = {"F": "yes", "T": "-1", "B": "no"}
_MARK = {"T": "yes", "F": "no", "Y": "yes", "N": "no", "TRUE": "yes", "FALSE": "no", "1": "yes", "0": "no"}
_GEOFABRIK = {"fclass", "osm_id"}
"""Headers of its layers, one of which planners leave as it is."""


def in_words(table: Table, tag: str, cells: Sequence[str | None]) -> list[str | None]:
    """The cells of a column in OpenStreetMap's words.

    Raises
    ------
    InputError
        If one-way streets are marked T and F in a table that is not Geofabrik's and has no B: the letters may
        mean true and false there.
    """
    found = {cell.strip().upper() for cell in cells if cell}
    if tag != "oneway":
        return [None if cell is None else _MARK.get(cell.strip().upper(), cell) for cell in cells]
    if not found or not found <= set(_ONEWAY):
        return list(cells)
    if "B" not in found and not _GEOFABRIK & {str(h).lower() for h in table.frame.columns}:
        column = table.headers[tag]
        raise InputError("inputs.letters", file=table.file, column=column, value=sorted(found))
    return [None if cell is None else _ONEWAY[cell.strip().upper()] for cell in cells]
