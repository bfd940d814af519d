"""The fictional county's facilities: the sheet a health bureau would hand over, Chinese headers and all."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from carecircle.crs import between
from carecircle.demo.areas import Town
from carecircle.demo.cast import Cast, off_the_roads
from carecircle.demo.dice import Dice, Floats
from carecircle.demo.gazetteer import CRS, Ints, gazetteer, place
from carecircle.demo.land import Land
from carecircle.demo.roads import Roads

STAFF = {
    "beds": "床位数",
    "physicians": "执业（助理）医师数",
    "nurses": "注册护士数",
    "pharmacists": "药师（士）数",
    "tcm_physicians": "中医类别执业（助理）医师数",
    "general_practitioners": "全科医生数",
    "public_health_physicians": "公共卫生医师数",
}
"""Headers of beds and staff, in the order that figures of staff are given in."""

CELLS = {
    "status": "机构状态",
    "roles": "称号",
    "level": "等级",
    "owner": "办医性质",
    "departments": "科室",
    **STAFF,
    "village_doctors": "乡村医生数",
    "health_staff": "卫生人员数",
    "ambulances": "救护车数",
    "places": "托位数",
}
"""What a facility may have, and the sheet's header for it."""

HEADERS = ("机构编号", "机构名称", "机构类别", "经度", "纬度", "所在区划代码", *CELLS.values())

_CENTRE_DEPARTMENTS = "急诊科、发热诊室、中医馆、公共卫生科、精神（心理）门诊"
_CENTRAL_ROLES = "次中心、急救网络站点、优质服务基层行推荐标准"
_CENTRE_ROLES = "优质服务基层行基本标准"
_COMMUNITY_ROLES = "标准化社区卫生服务中心、优质服务基层行基本标准"


@dataclass
class Sheet:
    """The sheet while it is being filled.

    Parameters
    ----------
    land
        For the points that facilities stand beside.
    dice
        Where exactly they stand, and small differences in staff.
    rows
        One mapping of header to cell a facility, in the order of their numbers.
    """

    land: Land
    dice: Dice
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, name: str, category: str, point: int, area: str = "", **cells: object) -> None:
        """A facility 14 to 30 m from a point of the cloud; ``staff`` may give beds and staff as a list."""
        angle, away = self.dice.one(0, 2 * np.pi), self.dice.one(14, 30)
        xy = self.land.points[point] + away * np.array([np.cos(angle), np.sin(angle)])
        row: dict[str, object] = {
            "机构编号": f"CL{len(self.rows) + 1:03d}",
            "机构名称": name,
            "机构类别": category,
            "xy": xy,
            "所在区划代码": area,
        }
        figures = cells.pop("staff", None)
        if isinstance(figures, list):  # nought is left blank, as in the bureau's own sheets
            cells |= {key: n for key, n in zip(STAFF, figures, strict=True) if n}
            cells["health_staff"] = sum(figures[1:4]) + self.dice.whole(1, 6)
        row |= {CELLS[key]: cell for key, cell in {"status": "在用", **cells}.items()}
        self.rows.append(row)


def _in_reach(land: Land, roads: Roads) -> Ints:
    """Points of the cloud that stand on a road, sorted."""
    built = roads.rank > 0
    return np.unique(np.r_[roads.a[built], roads.b[built]])


def _closest(land: Land, points: Ints, xy: Floats) -> int:
    return int(points[np.argmin(np.hypot(*(land.points[points] - xy).T))])


def _county_level(sheet: Sheet, land: Land, on_road: Ints) -> None:
    for entry in gazetteer()["facilities"]:
        cells = dict(entry)
        point = _closest(land, on_road, place(cells.pop("at")))
        sheet.add(cells.pop("name"), cells.pop("category"), point, **cells)


def _streets(sheet: Sheet, towns: Sequence[Town]) -> None:
    """One community health centre for three streets, a second one planned, and stations."""
    spots = {p.name: p for town in towns for p in town.places}
    here = spots["文澜社区"]
    sheet.add(
        "泊云社区卫生服务中心", "社区卫生服务中心", here.centre, here.code,
        owner="政府办", roles=_COMMUNITY_ROLES, departments="发热诊室、中医馆、公共卫生科",
        staff=[30, 21, 26, 4, 5, 11, 2],
    )  # fmt: skip
    here = spots["望江楼社区"]
    sheet.add(
        "南澜社区卫生服务中心（规划）", "社区卫生服务中心", here.centre, here.code,
        status="规划", owner="政府办", beds=20,
    )  # fmt: skip
    for name in (n for street in gazetteer()["streets"] for n in street["stations"]):
        staff = [0, sheet.dice.whole(2, 5), sheet.dice.whole(2, 6), 1, sheet.dice.whole(0, 2), 1, 0]
        known = {} if name == "纺城社区" else {"staff": staff}  # nobody knows this one's staff
        kind = "社区卫生服务站"
        sheet.add(f"{name}卫生服务站", kind, spots[name].centre, spots[name].code, owner="政府办", **known)


def _towns(sheet: Sheet, towns: Sequence[Town]) -> None:
    """A health centre in every town's seat; the centres of merged townships go on as branches."""
    branches = {t["name"]: t["branch"] for t in gazetteer()["towns"] if "branch" in t}
    for town in (t for t in towns if not t.street):
        staff = [92, 24, 27, 5, 7, 6, 2] if town.central else [38, 10, 11, 2, 3, 2, 1]
        staff = [n + (sheet.dice.whole(0, 3) if n > 2 else 0) for n in staff]
        if town.name == "云栈镇":
            staff[-1] = 0
        cells: dict[str, object] = {"staff": staff, "owner": "政府办", "departments": _CENTRE_DEPARTMENTS}
        if town.central:
            cells |= {
                "roles": _CENTRAL_ROLES,
                "departments": f"{_CENTRE_DEPARTMENTS}、发热门诊",
                "ambulances": 1,
            }
        else:
            cells["roles"] = _CENTRE_ROLES
        if town.name == "麦铺镇":  # beds and staff did not come in
            del cells["staff"]
        kind = "中心卫生院" if town.central else "乡镇卫生院"
        name = f"{town.name}中心卫生院" if town.central else f"{town.name}卫生院"
        sheet.add(name, kind, town.seat.centre, town.seat.code, **cells)
        if town.name in branches:
            spot = [p for p in town.places if p.kind == "village"][2]
            old = branches[town.name]
            name = f"{town.name}卫生院{old}分院（原{old}乡卫生院）"
            staff = [8, 3, 3, 1, 1, 1, 0]
            sheet.add(name, "卫生院分院（服务点）", spot.centre, spot.code, owner="政府办", staff=staff)


def _villages(sheet: Sheet, towns: Sequence[Town], cast: Cast, remote: int, on_road: Ints) -> None:
    """A clinic a village, but for those that share one and the one that has none."""
    shared = {second for _, second in cast.sharing}
    for spot in (p for town in towns for p in town.places if p.kind == "village"):
        if spot.code == cast.without or spot.code in shared:
            continue
        sheet.add(
            f"{spot.name}卫生室", "村卫生室", remote if spot.code == cast.remote else spot.centre, spot.code,
            roles="" if sheet.dice.one() < 0.08 else "达标村卫生室", owner="政府办",
            village_doctors=sheet.dice.whole(1, 2), health_staff=sheet.dice.whole(1, 3),
        )  # fmt: skip
        if spot.code == cast.big:
            beyond = sheet.land.points[spot.centre] + np.array([700.0, 250.0])
            other = _closest(sheet.land, np.intersect1d(spot.cells, on_road), beyond)
            cells = {"roles": "达标村卫生室", "owner": "政府办", "village_doctors": 1, "health_staff": 1}
            sheet.add(f"{spot.name}第二卫生室", "村卫生室", other, spot.code, **cells)


def _practices(sheet: Sheet, land: Land, towns: Sequence[Town], on_road: Ints) -> None:
    """Private practices, most of them in the streets, and the infirmaries of schools and works."""
    dice = sheet.dice
    first = "安仁和康济慈宁百年春杏林同心益寿延德"
    names = dice.shuffled([a + b for a in first for b in "堂康民和" if a != b])
    urban = [p for town in towns if town.street for p in town.places]
    seats = [town.seat for town in towns if not town.street]
    paved = {
        p.code: np.intersect1d(np.intersect1d(p.cells, on_road), land.corners).tolist()
        for p in [*urban, *seats]
    }
    for n in range(70):
        spot = dice.pick(seats) if 47 <= n < 65 else dice.pick(urban)
        point = int(dice.pick(paved[spot.code]))
        if n < 7:
            staff = [0, 4, 4, 1, 1, 0, 0]
            sheet.add(f"{names.pop()}门诊部", "门诊部", point, spot.code, owner="民营", staff=staff)
        elif n < 65:
            tcm = int(n % 5 == 0)
            name = f"{names.pop()}{'中医' if tcm else ''}诊所"
            sheet.add(name, "诊所", point, spot.code, owner="民营", staff=[0, 1, 1, 0, tcm, 0, 0])
        else:
            name = ("澄岚中学", "鹤汀职业学校", "纺城机械厂", "高新产业园", "南澜中学")[n - 65]
            sheet.add(f"{name}医务室", "医务室", point, spot.code, owner="企业办", health_staff=2)


def make_facilities(
    seed: int, land: Land, roads: Roads, towns: Sequence[Town], cast: Cast
) -> list[dict[str, object]]:
    """Every facility of the county, and one of its neighbour's, as cells by header.

    The position is in ``xy``, metres of the plane.
    """
    sheet = Sheet(land, Dice(seed, "facilities"))
    on_road = _in_reach(land, roads)
    places = {p.code: p for town in towns for p in town.places}
    remote, _ = off_the_roads(land, roads, places[cast.remote])
    _county_level(sheet, land, on_road)
    _streets(sheet, towns)
    _towns(sheet, towns)
    _villages(sheet, towns, cast, remote, on_road)
    _practices(sheet, land, towns, on_road)
    return sheet.rows


def write_facilities(file: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write the sheet as CSV in UTF-8 with a byte order mark, as Excel saves it; WGS 84 to six decimals."""
    to_wgs = between(CRS, "EPSG:4326")
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, HEADERS, restval="", extrasaction="ignore", lineterminator="\r\n")
        writer.writeheader()
        for row in rows:
            lon, lat = to_wgs.transform(*np.asarray(row["xy"]))
            writer.writerow({**row, "经度": f"{lon:.6f}", "纬度": f"{lat:.6f}"})
