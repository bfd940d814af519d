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
# # 第一张地图 · Your first map
#
# 谁到不了医疗服务？这违反了规划的哪一条？这里用内置的**虚构**县来回答；换成自己的文件，步骤完全相同。
#
# Who cannot reach care, and which clause of the plan does that break? The embedded, **fictional** county
# answers here; with your own files the steps are the same.

# %%
import carecircle

analysis = carecircle.analyze("../data")  # 读取、计算可达、逐条评判 · read, reach, judge
analysis.map()

# %% [markdown]
# 地图是一个文件，断网也能双击打开；表格、GIS 图层和栅格与它放在同一个文件夹。
#
# The map is one file that opens offline with a double click; tables, GIS layers and rasters lie beside it.

# %%
files = analysis.write("../maps/first_map")
[file.name for file in files]

# %% [markdown]
# ## 结论 · Verdicts
#
# 每条规则四种结果：达标、未达标、未评判（缺数据）、无指标值（规划没有给出数值）。
#
# Four outcomes: PASS, FAIL, NOT_ASSESSED (data are missing), NO_THRESHOLD (the plan gives no number).

# %%
analysis

# %%
import pandas as pd

verdicts = pd.DataFrame(analysis.to_dict("en")["verdicts"]).set_index("rule")
verdicts[["outcome", "observed", "target", "unit", "target_source", "quote"]]

# %% [markdown]
# 一张表看全部结论；`analysis.gaps(规则)` 给出未覆盖的居民点或未达标的单元，`analysis.service_areas(规则)` 给出各机构的
# 服务区，都是带坐标系的 GeoDataFrame，接着用 `explore()`、`to_file()` 即可。
#
# All verdicts as one table; `analysis.gaps(rule)` gives the places left out or the units that fail, and
# `analysis.service_areas(rule)` what each facility serves: GeoDataFrames with their CRS, ready for `explore()`
# and `to_file()`.

# %%
gap = analysis.gaps("B1.circle")
served = analysis.service_areas("B1.circle")
axes = served.plot("name", alpha=0.35, figsize=(5.5, 3.6))
gap.plot(ax=axes, color="#b3261e", markersize=gap["residents"] / 20)
axes.set_axis_off()
analysis.verdicts_frame("en")[["title", "outcome", "observed", "residents_affected"]].head()

# %%
served[["name", "residents"]].sort_values("residents", ascending=False).head(3).round(1)

# %% [markdown]
# 人不会凭空消失：每条结论都有一本平衡的人口账。
#
# Nobody vanishes: every verdict has a ledger of residents that balances.

# %%
pd.DataFrame(verdicts["ledger"].dropna().to_dict()).T.round(1)

# %% [markdown]
# ## 纸面与道路 · On paper and by road
#
# 5 公里是直线半径。河上只有两座桥：许多居民在圆内，走道路却远不止 5 公里。
#
# Five kilometres are a straight line. Only two bridges cross the river: many are inside the circle and far
# more than 5 km away by road.

# %%
verdicts.loc["L1.radius", "by_road"]

# %% [markdown]
# ## 如果…… · What if
#
# 规划中的第二所社区卫生服务中心建成之后：
#
# Once the second community health centre, so far only planned, is open:

# %%
facilities = analysis.inputs.facilities.to_crs(4326)
planned = facilities[facilities["status"] == "planned"].iloc[0]
site = {
    "facility_id": "new",
    "category": planned["category"],
    "lon": planned.geometry.x,
    "lat": planned.geometry.y,
}
after = carecircle.reanalyze(analysis, add=[site])
changed = pd.DataFrame(after.to_dict("en")["verdicts"]).set_index("rule")
pd.DataFrame(
    {
        "outcome before": verdicts["outcome"],
        "outcome after": changed["outcome"],
        "covered before": verdicts["observed"],
        "covered after": changed["observed"],
    }
).loc[["L2.load", "B1.circle"]]

# %% [markdown]
# ## 自己的县 · Your own county
#
# `carecircle init 文件夹 --plan 规划编号` 生成一个待填的研究文件夹；填好后先 `carecircle doctor`，再 `carecircle run`。
# [第二本](02_own_data.ipynb)从一份杂乱的 Excel 讲起。
#
# `carecircle init FOLDER --plan PLAN` makes a study folder to fill; then `carecircle doctor`, then
# `carecircle run`. [Notebook 2](02_own_data.ipynb) starts from a messy Excel table.
