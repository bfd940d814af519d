"""A blank map for GeoPandas' own ``explore()`` that needs no internet."""

from __future__ import annotations

import folium
import geopandas as gpd

from carecircle import colours
from carecircle.outputs.map.offline import OfflineMap
from carecircle.texts import Language


def offline_base(frame: gpd.GeoDataFrame, *, title: str = "", language: Language = "en") -> OfflineMap:
    """A map without tiles over a frame's extent: ``frame.explore(m=offline_base(frame), legend=False)``.

    Parameters
    ----------
    frame
        Geometry in any stated CRS; the map opens on its bounds.
    title
        Of the document.
    language
        ``zh`` or ``en``: of the document.

    Returns
    -------
    folium.Map
        WGS 84; it draws itself in a notebook and asks the internet for nothing. A layer that would (tiles,
        the colour bar of ``legend=True``) is refused when the page is rendered.
    """
    west, south, east, north = (float(v) for v in frame.to_crs(4326).total_bounds)
    drawn = OfflineMap(bounds=(west, south, east, north), title=title, language=language)
    style = f"<style>body {{ margin: 0 }} .folium-map {{ height: 100vh; background: {colours.SEA} }}</style>"
    drawn.get_root().header.add_child(folium.Element(style))
    return drawn
