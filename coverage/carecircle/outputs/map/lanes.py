"""Roads that are likely missing, as the page draws them: groups off the roads, lanes, verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carecircle.outputs import telling
from carecircle.outputs.map.layers import degrees, to_degrees
from carecircle.outputs.map.pack import Block
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.analysis import Analysis


def lanes(analysis: Analysis, block: Block) -> dict[str, Any] | None:
    """The groups (those with most residents first), their likely lanes, the verdicts that hang on them.

    Parameters
    ----------
    block
        Gets the lanes' lines.

    Returns
    -------
    dict or None
        None where no road is looked for, or none is missing.
    """
    found = telling.missing_of(analysis)
    if found is None or found.groups.empty:
        return None
    to_wgs84 = degrees(analysis)
    groups = []
    for row in found.groups.itertuples():
        lon, lat = to_wgs84.transform(row.geometry.x, row.geometry.y)
        groups.append(
            {
                **telling.missing_group(row).both(), "level": "note", "file": "", "row": None,
                "lon": round(float(lon), 6), "lat": round(float(lat), 6), "residents": float(row.off_road),
                "minutes": round(float(row.on_foot_min), 1), "metres": round(float(row.lane_m)),
            }
        )  # fmt: skip
    return {
        "shapes": block.add_shapes(to_degrees(analysis, found.links.geometry)),
        "residents": found.residents,
        "metres": round(float(found.links["metres"].sum())),
        "groups": groups,
        "verdicts": [
            Sentence(
                f"layers.lanes_{'pass' if passes else 'hang'}", {"rule": rule, "residents": round(left)}
            ).both()
            for rule, left, passes in found.verdicts[["rule", "residents", "could_pass"]].to_numpy(object)
        ],
    }  # fmt: skip
