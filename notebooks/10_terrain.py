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
# # 道路之外 · Off the road
#
# 地图上没有画出的村道，住在旁边的人就“无法判断”。写明 `[terrain]`（高程、土地覆盖）之后，道路之外按地面步行，
# 与路网一并求最短。用的是同一个**虚构**县，山里另有一个没有路的村子“岭上”（120 人）。
#
# Whoever lives along a lane that the map does not show cannot be judged. With `[terrain]` (heights, land cover)
# one walks over the ground where there is no road, and ground and roads are one search. The county is
# **fictional**; up in the hills lies a hamlet of 120 people, 岭上, to which no mapped road leads.

# %%
import numpy as np
import pandas as pd

import carecircle

study = carecircle.load_study("../data/terrain.toml")
ground = carecircle.analyze(study)
roads = carecircle.analyze(study.model_copy(update={"terrain": None}))

# %% [markdown]
# ## 同一部规划，两种结论 · One plan, two answers
#
# 只沿道路时，离路超过 500 米的人无法判断；计入地面后，每个人都有答案，或者说明为什么没有。
#
# Along roads alone whoever lives more than 500 m from one cannot be judged; over the ground everybody has an
# answer, or the reason why there is none.

# %%
rows = []
for before, after in zip(roads.verdicts, ground.verdicts, strict=True):
    if after.ledger is not None and after.ledger.closed is not None and after.unit == "share":
        rows.append(
            {
                "rule": after.rule,
                "roads": before.observed,
                "ground": after.observed,
                "unsnapped": before.ledger.unsnapped,
                "closed": after.ledger.closed,
                "cut off": after.ledger.cut_off,
            }
        )
pd.DataFrame(rows).set_index("rule").round(4)

# %% [markdown]
# 每条结论都写明有多少人只因计入地面才被覆盖。
#
# Every verdict says how many are covered only because the ground is crossed.

# %%
for verdict in ground.verdicts:
    for said in verdict.assumptions:
        if said.key.startswith("rules.ground_only"):
            print(f"{verdict.rule}: {said.text('zh')}\n{' ' * len(verdict.rule)}  {said.text('en')}")

# %% [markdown]
# ## 岭上的人怎么走 · How the hamlet goes
#
# 一条路线由几段组成：先在地面步行到路，再沿路走。每段都有分钟、米数和爬升。
#
# A way is made of stretches: over the ground to a road, then along it; each with its minutes, metres and climb.

# %%
query = next(q for q in ground.reached if q.mode == "walk" and q.metric == "minutes")
frame, demand = ground.reached[query], ground.inputs.demand
far = frame["off_road"] & (frame["status"] == "reached")
row = frame.index[far][int(np.argmax(frame["cost"][far]))]
facilities = ground.inputs.facilities.set_index("facility_id").geometry
way = ground.reaches.of("minutes", "walk").way(demand.geometry[row], facilities[frame["facility_id"][row]])
pd.DataFrame(
    [
        {"on": p.on, "minutes": p.minutes, "metres": p.metres, "up": p.climb_m, "down": p.descent_m}
        for p in way.parts
    ]
).round(1).head(8)

# %%
import geopandas as gpd
import matplotlib.pyplot as plt

cells = ground.inputs.ground
a, _, left, _, e, top = cells.transform
height, width = cells.shape
figure, axes = plt.subplots(figsize=(5.5, 3.8), dpi=72)
axes.imshow(
    cells.elevation_m, extent=(left, left + a * width, top + e * height, top), cmap="Greys", alpha=0.5
)
parts = gpd.GeoDataFrame(
    {"on": [p.on for p in way.parts]}, geometry=[p.geometry for p in way.parts], crs=demand.crs
)
for on, colour in (("road", "#1f6f8b"), ("ground", "#b3541e")):
    parts[parts["on"] == on].plot(ax=axes, color=colour, linewidth=2, label=on)
west, south, east, north = way.geometry.buffer(1500).bounds
axes.set(xlim=(west, east), ylim=(south, north))
axes.legend(loc="lower left")
axes.set_axis_off()

# %% [markdown]
# ## 地图上缺了哪条路 · Which lane the map lacks
#
# 住在道路之外的人聚成几处，每处可能缺一条小路：接到最近的路，花多少分钟，哪些条款取决于它。
#
# Those who live off every road stand in groups, and for each a lane is likely missing: where it would join the
# roads, how many minutes it costs, which clauses hang on it.

# %%
from carecircle.missing_roads import missing_roads

missing = missing_roads(ground)
columns = ["off_road", "off_m", "on_foot_min", "lane_m", "rules"]
missing.groups[columns].round(1).head(6)

# %%
missing.verdicts

# %% [markdown]
# ## 试一试 · Try it
#
# 地图随页携带地面：点一处没有路的地方，看它怎么走；试着增设机构，数字与 `carecircle run --with` 相同。图层
# “可能缺失的小路”默认不显示。
#
# The map carries the ground: click a place without a road to see how it goes, try a new site: the figures are
# those of `carecircle run --with`. The layer of lanes that are likely missing is off until asked for.

# %%
ground.map()
