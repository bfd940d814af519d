# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 用自己的数据 · Your own data
#
# 手头的机构表往往是这样的：Excel，表头上面有标题行，坐标取自高德，床位写作“620张”，类别有错字，某一行经纬度颠倒。
# 这里把**虚构**县的机构表弄成这个样子，再一步步整理干净。
#
# A facility table as it really comes: Excel, title rows above the header, coordinates taken from Amap, beds
# written “620张”, a misspelt category, one row with longitude and latitude swapped. The **fictional** county's
# table is spoilt in these ways here, then mended step by step.

# %%
from pathlib import Path

import pandas as pd

from carecircle.doctor import examine
from carecircle.inputs.datum import wgs84_to_gcj02

folder = Path("../maps/own_data")
folder.mkdir(parents=True, exist_ok=True)
table = pd.read_csv("../data/facilities/facilities.csv", encoding="utf-8-sig", dtype=str)
lon, lat = wgs84_to_gcj02(table["经度"].astype(float), table["纬度"].astype(float))
table["经度"], table["纬度"] = lon.round(6), lat.round(6)
table["床位数"] = table["床位数"].where(table["床位数"].isna(), table["床位数"] + "张")
table.loc[5, "机构类别"] = "社区卫生服务中新"
table.loc[[7], ["经度", "纬度"]] = table.loc[[7], ["纬度", "经度"]].to_numpy()


def write_excel(rows: pd.DataFrame) -> None:
    """One sheet with two title rows above the header, as offices keep them."""
    with pd.ExcelWriter(folder / "机构一览.xlsx", engine="xlsxwriter") as book:
        rows.to_excel(book, sheet_name="机构", index=False, startrow=2)
        book.sheets["机构"].write(0, 0, "澄岚县（虚构）医疗卫生机构一览表")
        book.sheets["机构"].write(1, 0, "填表日期：2025年3月")


write_excel(table)
table.iloc[[0, 5, 7], [1, 2, 3, 4, 11]]

# %% [markdown]
# 研究文件只写文件在哪里。机构表之外的文件沿用虚构县的。
#
# The study file only says where the files are. All but the facility table are the fictional county's.

# %%
STUDY = """
version = 1
name = "own_data"
title = "澄岚县（虚构）：自己的机构表"
plan = "../../data/plan.toml"

[boundaries]
path = "../../data/boundaries/county.gpkg"
[[boundaries.levels]]
level = "town"
path = "../../data/boundaries/towns.gpkg"
[[boundaries.levels]]
level = "village"
path = "../../data/boundaries/villages.gpkg"

[facilities]
path = "机构一览.xlsx"
datum = "wgs84"

[residents]
path = "../../data/population/residents.tif"

[roads]
path = "../../data/roads/roads.osm.pbf"

[outputs]
surface_cell_m = 400
"""
(folder / "study.toml").write_text(STUDY, encoding="utf-8")


def report(diagnosis) -> pd.DataFrame:
    """The findings as a table, in both languages."""
    rows = [
        {
            "level": f.level,
            "row": f.row,
            "column": f.column,
            "说明": f.sentence.text("zh"),
            "finding": f.sentence.text("en"),
        }
        for f in diagnosis.findings
    ]
    return pd.DataFrame(rows)


# %% [markdown]
# ## 第一次体检 · The first examination
#
# 错误一次列全，写明行、列和改法。标题行、“620张”这样的写法能看懂，不算错。
#
# Every error at once, with row, column and mend. Title rows and “620张” are understood and are no errors.

# %%
first = examine(folder)
report(first)

# %% [markdown]
# 按提示改两处，再来一次。
#
# Two cells mended as told, and once more.

# %%
table.loc[5, "机构类别"] = "社区卫生服务中心"
table.loc[[7], ["经度", "纬度"]] = table.loc[[7], ["纬度", "经度"]].to_numpy()
write_excel(table)
second = examine(folder)
report(second).query("level != 'note'").head(8)

# %% [markdown]
# ## 坐标偏移 · The shift
#
# 体检发现这些点整体偏了一百多米，并指出换成哪个基准就吻合：高德的坐标是 GCJ-02。在研究文件中写明即可，不必改表。
#
# The points are off as a whole, here by nearly two hundred metres, and the doctor names the datum that fits: Amap speaks
# GCJ-02. One word in the study file settles it; the table stays as it is.

# %%
(folder / "study.toml").write_text(STUDY.replace('datum = "wgs84"', 'datum = "gcj02"'), encoding="utf-8")
third = examine(folder)
pd.DataFrame(
    {
        "errors": [len(d.errors) for d in (first, second, third)],
        "warnings": [len(d.warnings) for d in (first, second, third)],
        "datum": ["wgs84", "wgs84", "gcj02"],
    },
    index=["1", "2", "3"],
)

# %% [markdown]
# 剩下的提示有位置的，画在图上看。它们是虚构县里本来就埋设的问题：路网之外的诊所、只通本岛的道路。
#
# What remains and has a place, on a map. These were planted in the county: a clinic off the roads, an island.

# %%
from carecircle.outputs.findings_map import findings_map

findings_map(third, "zh")

# %% [markdown]
# ## 整理前后 · Before and after
#
# 每个机构读作 WGS 84 与读作 GCJ-02 的位置相差多少米。
#
# How far each facility moves between the two readings.

# %%
import matplotlib.pyplot as plt

before, after = (d.inputs.facilities.set_index("facility_id").geometry for d in (second, third))
moved = before.distance(after.reindex(before.index)).dropna()
figure, axes = plt.subplots(figsize=(5, 2.6), dpi=72)
axes.hist(moved, bins=30, color="#1f6f8b")
axes.set(xlabel="metres moved", ylabel="facilities")
figure.tight_layout()

# %% [markdown]
# 数据干净了，接下来运行 `carecircle run`，或看[第三本](03_judging.ipynb)。
#
# The study is clean: `carecircle run` it, or go on with [notebook 3](03_judging.ipynb).

# %%
third.study
