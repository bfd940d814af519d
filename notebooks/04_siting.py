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
# # 选址：从问题到决定 · Siting, from the question to the decision
#
# 城区居民步行 15 分钟到不了社区卫生服务机构的有三万多人。新设几处、设在哪里最有用？再多一处值不值？
# 用的是**虚构**县，地名、机构、居民都不存在。
#
# More than thirty thousand urban residents cannot walk to a community health institution in 15 minutes. Where
# would new ones help most, and when is one more no longer worth it? The county is **fictional**.

# %%
import pandas as pd

import carecircle
from carecircle.siting.remedy import site

study = carecircle.load_study("../data")
coarse = study.outputs.model_copy(update={"surface_cell_m": 400})  # 时间面粗一些，算得快 · a coarser surface
analysis = carecircle.analyze(study.model_copy(update={"outputs": coarse}))
next(v for v in analysis.verdicts if v.rule == "B1.circle")

# %% [markdown]
# ## 三处新点 · Three new sites
#
# 候选点是居民所在格网抽稀后的位置。结果写明离最优至多差多少；已证明最优时为 0。
#
# The candidates are a thinned grid of where people live. The result says how far from the best it can be at
# most; 0 when it is proven.

# %%
three = site(analysis, clauses=["B1"], sites=3, alternatives=2)
three

# %%
three.moves[["rank", "name", "category", "newly_covered", "lon", "lat"]].round(4)

# %% [markdown]
# 前后对照的地图。 · The map, before and after.

# %%
from carecircle.outputs.siting_map import siting_map

siting_map(three)

# %% [markdown]
# ## 再多一处值不值 · Is one more worth it?
#
# 每多一处新增覆盖的人越来越少。曲线变平的地方，就该问钱花在别处是否更好。
#
# Each further site adds fewer people. Where the curve flattens, the money may do more elsewhere.

# %%
import matplotlib.pyplot as plt

curve = []
for number in range(1, 7):
    found = site(analysis, clauses=["B1"], sites=number, alternatives=0, spacing_m=1000)
    curve.append({"sites": number, "newly covered": found.best.worth, "at most": found.best.bound})
curve = pd.DataFrame(curve).set_index("sites")
figure, axes = plt.subplots(figsize=(5, 2.8), dpi=72)
curve["newly covered"].plot(ax=axes, marker="o", color="#1f6f8b")
axes.set(xlabel="new sites", ylabel="residents newly covered", ylim=(0, None))
figure.tight_layout()
curve.round(1)

# %% [markdown]
# ## 其他条款怎样变 · What changes elsewhere
#
# 每个方案都按全部规则重新评判：补了一条，别的条款是好是坏一目了然。
#
# Every rule is judged again with the sites built, so that mending one clause hides no harm to another.

# %%
clauses = pd.DataFrame(three.clauses())
clauses[["rule", "asked", "before", "after", "observed_before", "observed_after"]].round(4)

# %% [markdown]
# ## 同样好的方案 · Choices as good
#
# 与最优相差不到 1% 的其他方案：土地、道路、意愿可以在其中选择。
#
# Other choices within 1 % of the best: land, roads and wishes may decide among them.

# %%
moves = three.problem.moves.to_crs(4326)
ids = moves["move_id"].tolist()
places = {
    i: f"{name} ({p.x:.4f}, {p.y:.4f})" for i, name, p in zip(ids, moves["name"], moves.geometry, strict=True)
}
pd.DataFrame(
    [
        {
            "places": "；".join(places[ids[m]] for m in c.moves),
            "newly covered": c.worth,
            "status": c.status,
        }
        for c in (three.best, *three.alternatives)
    ]
)

# %% [markdown]
# ## 不能关的 · What must not close
#
# 这些机构一旦关闭，会有人失去 15 分钟内唯一的服务点。
#
# Close one of these and residents lose the only place within 15 minutes.

# %%
closings = sorted(three.closings, key=lambda c: -c.residents)[:6]
pd.DataFrame(
    [{"name": c.name, "residents": c.residents, "share after": c.share_after} for c in closings]
).round(3)

# %% [markdown]
# ## 达不到的要求 · What no site can do
#
# 如果要求全部城镇居民步行 15 分钟可及：即使每个候选点都建，也到不了所有人。结果不是“无解”两个字，而是一份可以核对的证明。
#
# All urban residents within 15 minutes on foot: even a site at every candidate would not reach them all. The
# answer is not just “infeasible” but a certificate that can be checked.

# %%
every = site(analysis, clauses=["B1"], target=1.0, sites=3, alternatives=0, spacing_m=1000)
every

# %%
pd.DataFrame(
    [
        {
            "best share": round(i.best_share, 4),
            "target": i.target,
            "off the network": round(i.unplaced, 1),
            "limit that would do": i.smallest_limit,
        }
        for i in every.impossible
    ]
)

# %% [markdown]
# ## 决定 · The decision
#
# 把选定的点写成表，交给 `carecircle run --with`，得到完整的地图和表格。
#
# The chosen sites as a table: `carecircle run --with` turns it into the full map and tables.

# %%
from pathlib import Path

chosen = Path("../maps/sites.csv")
chosen.parent.mkdir(exist_ok=True)
three.moves[["facility_id", "name", "category", "lon", "lat"]].to_csv(
    chosen, index=False, encoding="utf-8-sig"
)
chosen.read_text(encoding="utf-8-sig").splitlines()
