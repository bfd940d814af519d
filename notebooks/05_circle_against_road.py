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
# # 直线与道路 · Circle against road
#
# “服务半径不超过5公里”按原文用直线评判。同样的人，走道路要多远？速度和限值变一点，结论变多少？
# 用的是**虚构**县：一条河，两座桥。
#
# “A radius of at most 5 km” is judged in a straight line, as written. How far is it by road for the same
# people, and how much hangs on the speed and the limit? The county is **fictional**: one river, two bridges.

# %%
import numpy as np
import pandas as pd

import carecircle
from carecircle.inputs.load import load_inputs
from carecircle.reach.network.model import Network
from carecircle.reach.travel import nearest_facility

inputs = load_inputs(carecircle.load_study("../data"), modes=("walk", "ambulance"))
demand, facilities = inputs.demand, inputs.facilities
ambulance = Network.from_edges(inputs.edges, mode="ambulance")
walk = Network.from_edges(inputs.edges, mode="walk")
urban = demand["urban"].eq(True).to_numpy()
people = demand["residents"].to_numpy()


def serving(*categories: str):
    """Open facilities of these categories or narrower ones, with a place."""
    from carecircle import categories as names

    chosen = names.select(facilities, categories, ()) & facilities.geometry.notna()
    return facilities[chosen]


# %% [markdown]
# ## 同一批人，两种距离 · The same people, two distances

# %%
stations = serving("急救中心（站）")
straight = nearest_facility(None, demand, stations, metric="straight_m")["cost"].to_numpy()
by_road = nearest_facility(ambulance, demand, stations, direction="from_facility", metric="road_m")
road = by_road["cost"].to_numpy()


def share_within(cost: np.ndarray, limit: float) -> float:
    """Urban residents within the limit, of all urban residents."""
    return float(people[urban & (cost <= limit)].sum() / people[urban].sum())


km = np.arange(0.5, 15.1, 0.25)
curves = pd.DataFrame(
    {
        "straight line": [share_within(straight, 1000 * d) for d in km],
        "by road": [share_within(road, 1000 * d) for d in km],
    },
    index=pd.Index(km, name="km"),
)

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(5.5, 3), dpi=72)
curves.plot(ax=axes, color=["#1f6f8b", "#b3541e"])
axes.axvline(5, color="#555", linestyle=":")
axes.set(ylabel="share of urban residents", ylim=(0, 1.02))
figure.tight_layout()
curves.loc[[3.0, 5.0, 8.0, 10.0]].round(4)

# %% [markdown]
# 纸面达标、道路不达标的居民在哪里：在圆内，却在河对岸。
#
# Where those live who pass on paper only: inside the circle, across the river.

# %%
paper_only = urban & (straight <= 5000) & (road > 5000)
figure, axes = plt.subplots(figsize=(5, 3.6), dpi=72)
inputs.areas.query("level == 'town'").boundary.plot(ax=axes, color="#c3ccd0", linewidth=0.8)
stations.buffer(5000).boundary.plot(ax=axes, color="#1f6f8b", linestyle="--")
demand[urban].plot(ax=axes, markersize=0.3, color="#8b9aa0")
demand[paper_only].plot(ax=axes, markersize=0.8, color="#b3541e")
stations.plot(ax=axes, color="#b01e2e", marker="P", markersize=50)
middle = stations[stations["inside"]].geometry.iloc[0]
axes.set(xlim=(middle.x - 9000, middle.x + 9000), ylim=(middle.y - 6500, middle.y + 6500))
axes.set_title(f"{people[paper_only].sum():,.0f} residents pass on paper only", fontsize=9)
axes.set_axis_off()

# %% [markdown]
# ## 步行快一点 · A little faster on foot
#
# 4 公里/小时出自国家标准（15 分钟约 1,000 米）。若按 3 或 5 公里/小时走，15 分钟服务圈差多少？
#
# 4 km/h follows the national standard (1,000 m in 15 minutes). What if people walk at 3 or 5?

# %%
centres = serving("社区卫生服务机构")
minutes = np.arange(0, 41)
by_speed = {}
for speed in (3.0, 4.0, 5.0):
    edges = inputs.edges.assign(travel_time_s_walk=inputs.edges["travel_time_s_walk"] * (4.0 / speed))
    network = Network.from_edges(edges, mode="walk")
    cost = nearest_facility(network, demand, centres)["cost"].to_numpy()
    by_speed[f"{speed:g} km/h"] = [share_within(cost, m) for m in minutes]
by_speed = pd.DataFrame(by_speed, index=pd.Index(minutes, name="minutes"))
figure, axes = plt.subplots(figsize=(5.5, 3), dpi=72)
by_speed.plot(ax=axes, color=["#b3541e", "#16343d", "#4b9a8a"])
axes.axvline(15, color="#555", linestyle=":")
axes.set(ylabel="share of urban residents", ylim=(0, 1.02))
figure.tight_layout()
by_speed.loc[[10, 15, 20, 30]].round(4)

# %% [markdown]
# 只改了道路上的速度；从家门到道路的一段仍按 4 公里/小时。一处结论若随速度在达标与未达标之间摆动，就应当在报告里写明。
#
# Only the speed on the road was changed; the leg from door to road stays at 4 km/h. Where an outcome swings
# with the speed, a report should say so.

# %% [markdown]
# ## 绕行多少 · How much longer
#
# 道路距离除以直线距离。1 是笔直的路；越大越绕。
#
# Road distance over straight distance: 1 is a straight road.

# %%
reached = np.isfinite(road) & (straight > 500)
detour = pd.Series(road[reached] / straight[reached])
weights = people[reached]
order = np.argsort(detour.to_numpy())
running = np.cumsum(weights[order]) / weights.sum()
quantiles = {q: float(detour.to_numpy()[order][np.searchsorted(running, q)]) for q in (0.1, 0.5, 0.9)}
pd.Series(quantiles, name="detour").round(3).to_frame()
