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
# # OSMnx 与 GeoPandas 进出 · OSMnx and GeoPandas, in and out
#
# 已有 OSMnx 的路网（MultiDiGraph）？直接拿来算；结果是普通的 GeoDataFrame，`explore()` 即可查看。
# 联网时可以用 `osmnx.graph_from_place(...)` 下载；这里不联网，路网取自**虚构**县。
#
# A road graph from OSMnx (a MultiDiGraph) goes in, plain GeoDataFrames come out. Online one would say
# `osmnx.graph_from_place(...)`; offline the graph is made from the **fictional** county's roads.

# %%
import osmnx as ox

import carecircle
from carecircle.inputs.load import load_inputs
from carecircle.reach.isochrones import isochrones
from carecircle.reach.network.model import Network
from carecircle.reach.travel import nearest_facility, service_areas, travel_time_matrix

inputs = load_inputs(carecircle.load_study("../data"), modes=("drive",))
G = Network.from_edges(inputs.edges, mode="drive").to_networkx()
type(G).__name__, G.number_of_nodes(), G.number_of_edges()

# %% [markdown]
# ## 图进来 · A graph in
#
# 每条边要有 `length`（米），以及 `travel_time`、`speed_kph` 或 `highway` 之一；`osmnx.add_edge_travel_times` 写的正好够用。
#
# Each edge needs `length` in metres, and `travel_time`, `speed_kph` or `highway`; what
# `osmnx.add_edge_travel_times` writes is enough.

# %%
network = Network.from_networkx(G, mode="drive")
nodes, edges = ox.graph_to_gdfs(G)
edges[["length", "travel_time"]].describe().round(1)

# %% [markdown]
# ## 谁离谁最近 · Who is nearest
#
# 居民和机构是带点的 GeoDataFrame。结果一行一个居民点：最近的机构、分钟、状态；到不了的写明原因，不给假数。
#
# Residents and facilities are GeoDataFrames of points. One row a demand point: facility, minutes, status. What
# is not reached says why; there are no made-up numbers.

# %%
demand = inputs.demand.to_crs(network.crs)
hospitals = inputs.facilities.query("category == '综合医院' and inside").to_crs(network.crs)
hospitals = hospitals[hospitals.geometry.notna()]
reached = nearest_facility(network, demand, hospitals)
reached["status"].value_counts().to_frame()

# %%
served = reached.assign(residents=demand["residents"]).groupby("facility_id")["residents"].sum()
hospitals.set_index("facility_id")[["name"]].assign(residents=served.round(0)).dropna()

# %% [markdown]
# ## 等时圈出来 · Catchments out
#
# 15、30 分钟的范围。多边形只用来看图；数人总是在居民点上数。
#
# The ground within 15 and 30 minutes. Polygons are for looking; people are counted where they live.

# %%
catchments = isochrones(network, hospitals.iloc[:1], [15, 30], cell_m=20, half_width_m=60)
catchments = catchments.merge(hospitals[["facility_id", "name"]], on="facility_id")
catchments.assign(km2=(catchments.area / 1e6).round(1)).drop(columns="geometry")

# %% [markdown]
# `explore()` 是 GeoPandas 自己的交互地图，它的脚本通常来自网络；画在 `offline_base` 上，断网也不会是空白。
#
# `explore()` is GeoPandas' own map; its scripts usually come from the internet. On `offline_base` it is not blank
# offline either.

# %%
from carecircle.outputs.base import offline_base

base = offline_base(catchments)
catchments.iloc[::-1].explore(
    "limit_min", m=base, legend=False, cmap="viridis", style_kwds={"fillOpacity": 0.4}
)

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(5.5, 3.8), dpi=72)
edges.plot(ax=axes, color="#d5dbde", linewidth=0.4)
catchments.iloc[::-1].plot(ax=axes, color=["#7fb8c9", "#1f6f8b"])
hospitals.iloc[:1].plot(ax=axes, color="#b01e2e", marker="P", markersize=60)
axes.set_axis_off()

# %% [markdown]
# ## 不止最近的一家 · More than the nearest
#
# 20 分钟内每个居民点能用到几家医院；整张时间表则是稀疏矩阵。
#
# How many hospitals each point has within 20 minutes; the whole table of times is a sparse matrix.

# %%
pairs = service_areas(network, demand, hospitals, limit=20)
choices = pairs.groupby("demand_id").size().reindex(demand["demand_id"], fill_value=0)
by_choice = demand["residents"].groupby(choices.to_numpy()).sum().round(0)
by_choice.rename_axis("hospitals within 20 min").to_frame()

# %%
matrix = travel_time_matrix(network, demand.iloc[:1000], hospitals, limit=60)
matrix.shape, matrix.nnz

# %% [markdown]
# ## 一座桥断了 · A bridge is closed
#
# 去掉几条边，再算一次。边号来自图上的 `edge_id`。
#
# Without some edges, asked again; the numbers are the graph's own `edge_id`.

# %%
middle = hospitals.geometry.iloc[0]
near = edges.to_crs(network.crs)
near = near[near.distance(middle) < 400]
closed = network.without(near["edge_id"].tolist())
again = nearest_facility(closed, demand, hospitals)
slower = (again["cost"] > reached["cost"] + 1).to_numpy()
f"{len(near)} edges closed; {demand['residents'][slower].sum():,.0f} residents travel over a minute longer"
