"""Tables of what each tag of a road means for each mode: asked of the profiles, with their sources."""

from __future__ import annotations

from collections.abc import Mapping

from carecircle.passage import PRIVATE, Passage, Profile, figures, known_values
from carecircle.profiles import profiles
from carecircle.texts import Language

ROAD = "residential"
"""The class of road that the other tags are tried on; open to every mode."""


SAID = {
    "tag": "标签",
    "source": "来源",
    "Speed by class, km/h (by tag: open only where a tag says so)": (
        "各等级道路的速度，km/h（凭标签：有标签许可才通行）"
    ),
    "Direction": "方向",
    "Access, seasons and surface": "通行权限、季节与路面",
    "Barriers on nodes of an OpenStreetMap extract": "OpenStreetMap 数据中节点上的障碍",
    "closed": "不通行",
    "**closed**": "**不通行**",
    "open": "通行",
    "along only": "仅顺向",
    "against only": "仅逆向",
    "passes": "可通过",
    "**stops**": "**阻断**",
    "Law45, no centre line, country": "Law45，无中心线，农村",
    "Law45, no centre line, town": "Law45，无中心线，城市",
    "Law45, one lane each way, country": "Law45，同方向一条机动车道，农村",
    "Law45, one lane each way, town": "Law45，同方向一条机动车道，城市",
    "Law46 allows 30 at most": "Law46：最高 30",
    "OSM: the most specific key decides": "OSM：以最具体的键为准",
    "OSRM's car profile: what is not named stops a car (bollard, block, chain, cycle_barrier, stile …)": (
        "OSRM 驾车配置：未列出的均阻断汽车（bollard、block、chain、cycle_barrier、stile……）"
    ),
    "OSRM's foot profile: what is not named lets a walker pass": "OSRM 步行配置：未列出的均可步行通过",
    "a plan holds all year": "规划全年适用",
    "assumed": "假设",
    "the figure is assumed": "数值为假设",
    "assumed: a common ramp sign": "假设：匝道常见限速",
    "assumed: an ambulance among walkers": "假设：救护车在步行者之间行驶",
    "assumed: as driving": "假设：同驾车",
    "assumed: half the speed on the level": "假设：平地速度的一半",
}
"""What the tables say in Chinese; a tag and the name of a source stay as they are."""


def page_part(language: Language = "en") -> str:
    """The tables in Markdown."""
    modes = [profiles()[mode] for mode in figures() if mode in profiles()]
    head = ["tag", *(known.name[language] for known in modes), "source"]
    parts = [
        ("Speed by class, km/h (by tag: open only where a tag says so)", classes(modes)),
        ("Direction", directions(modes)),
        ("Access, seasons and surface", closures(modes)),
        ("Barriers on nodes of an OpenStreetMap extract", barriers(modes)),
    ]  # fmt: skip
    text = []
    for title, rows in parts:
        told = [[_in(language, cell) for cell in row] for row in (head, *rows)]
        text += [f"**{_in(language, title)}**", "", _row(told[0]), _row(["---"] * len(head))]
        text += [*map(_row, told[1:]), ""]
    return "\n".join(text)


def _in(language: Language, cell: str) -> str:
    """A cell in the reader's language, each of several sources by itself."""
    if language == "en":
        return cell
    parts = cell.replace(" (by tag)", "（凭标签）").split("; ") if cell not in SAID else [cell]
    return "；".join(SAID.get(part, part) for part in parts)


def classes(modes: list[Profile]) -> list[list[str]]:
    """Each class of road, its speed by mode, and where the figures come from."""
    named = list(dict.fromkeys(road for known in modes for road in known.speed_kph))
    rows = []
    for road in named:
        cells = [f"{known.speed_kph[road]:g}" if road in known.speed_kph else "closed" for known in modes]
        cells = [
            f"{cell} (by tag)" if road in known.on_permission else cell
            for cell, known in zip(cells, modes, strict=True)
        ]
        source = [known.sources[f"speed_kph.{road}"] for known in modes if road in known.speed_kph]
        rows.append([f"`highway={road}`", *cells, _sources(source)])
    return rows


def directions(modes: list[Profile]) -> list[list[str]]:
    """One-way words."""
    tried: list[Mapping[str, str]] = [
        {"oneway": "yes"}, {"oneway": "-1"}, {"oneway": "no"}, {"oneway": "reversible"},
        {"oneway": "alternating"}, {"junction": "roundabout"}, {"oneway": "yes", "oneway:foot": "yes"},
        {"access:forward": "no"}, {"access:backward": "no"},
    ]  # fmt: skip
    return [_tried(tags, modes, "OSM") for tags in tried]


def closures(modes: list[Profile]) -> list[list[str]]:
    """Every access word that the profiles name, and tags that close a road, also for a part of the year."""
    rows = [_tried({"access": word}, modes, "OSM") for word in sorted(known_values() - {"season"})]
    rows += [
        _tried({"access": "no", key: "yes"}, modes, "OSM: the most specific key decides")
        for key in dict.fromkeys(key for known in modes for key in known.access_keys if key != "access")
    ]
    rows += [
        _tried({"access:conditional": text}, modes, "OSM; a plan holds all year")
        for text in ("no @ (Nov-Apr)", "no @ (snow)", "no @ (22:00-06:00)")
    ]
    closed = {(k, v) for known in modes for k, words in known.closed_tags.items() for v in words}
    rows += [_tried({key: word}, modes, "OSM; a plan holds all year") for key, word in sorted(closed)]
    rows += [_tried({"motorroad": "yes"}, modes, "OSM; RTSL67"), _tried({"route": "ferry"}, modes, "assumed")]
    return rows


def barriers(modes: list[Profile]) -> list[list[str]]:
    """Every barrier that the profiles name and some they do not, with access tags of the node's own."""
    named = {kind for known in modes for kind in (*known.open_barriers, *known.closed_barriers)}
    tried: list[dict[str, str]] = [
        *({"barrier": kind} for kind in sorted(named | {"bollard", "block", "chain", "stile"})),
        {"barrier": "bollard", "bollard": "rising"},
        {"barrier": "gate", "access": PRIVATE}, {"barrier": "gate", "access": "no"},
        {"barrier": "bollard", "motor_vehicle": "yes"},
    ]  # fmt: skip
    source = _sources([known.sources["barrier"] for known in modes])
    return [
        [_tags(tags), *("passes" if known.passes(tags) else "**stops**" for known in modes), source]
        for tags in tried
    ]


def _tried(tags: Mapping[str, str], modes: list[Profile], source: str) -> list[str]:
    said = [_said(known.passage({"highway": ROAD, **tags})) for known in modes]
    return [_tags(tags), *said, source]


def _said(passage: Passage) -> str:
    ways = passage.forward_kph > 0, passage.backward_kph > 0
    words = {(True, True): "open", (True, False): "along only", (False, True): "against only"}
    return words.get(ways, "**closed**")


def _tags(tags: Mapping[str, str]) -> str:
    return " ".join(f"`{key}={value}`" for key, value in tags.items())


def _sources(several: list[str]) -> str:
    return "; ".join(dict.fromkeys(several))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
