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
# # 有多可靠，有多公平 · How sure and how fair
#
# 条款只问够不够近。这里先问结论有多可靠：在哪里翻转、可能性多大、由什么决定；再问众人共用之后谁得到多少、
# 是否均等、谁的处境最差。**虚构**县。
#
# A clause asks whether care is near enough. Here first how sure the verdict is: where it turns, how likely it is,
# and what decides. Then who gets how much once all share it, how evenly, and who is worst off. The county is
# **fictional**.

# %%
from dataclasses import asdict

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import carecircle
from carecircle import access
from carecircle.certainty import sureness
from carecircle.study.certainty import Unsure

analysis = carecircle.analyze("../data")
towns = analysis.inputs.areas.query("level == 'town'").set_index("area_id")

# %% [markdown]
# ## 在哪里翻转 · Where it turns
#
# 车速、限值、比例、居民数各到多少，结论就变？由居民的出行时间直接读出，不用试。
#
# At which speed, limit, share or number of residents does the outcome change? Read off the residents' minutes,
# without trying.

# %%
turning = {
    (rule, point.what): asdict(point)
    for rule, found in carecircle.breakpoints(analysis).items()
    for point in found
}
pd.DataFrame(turning).T.drop(columns="what").astype(float).round(3)

# %% [markdown]
# ## 三个概率 · Three probabilities
#
# 假定车速有一成半出入、各乡镇人口有一成出入，抽 64 次，每次重新评判：达标、未达标、无法评判各占多少；数值的
# 90 % 区间；变动主要来自哪一项。
#
# Say that speeds are off by 15 % and each town's residents by 10 %; of 64 draws, each judged anew: how many are
# met, not met, undecided; between which values 90 % of the figures lie; and which of the two moves them.

# %%
unsure = (
    Unsure(what="speed", distribution="lognormal", sd=0.15),
    Unsure(what="residents", by="town", distribution="lognormal", sd=0.1),
)
sure = carecircle.uncertainty(analysis, draws=64, seed=1, unsure=unsure)
sure.frame().set_index("rule").round(3)

# %%
moved = {rule: {d.what: d.total for d in robust.drivers} for rule, robust in sure.robust.items()}
pd.DataFrame(moved).T.round(2)

# %% [markdown]
# 卡片上这样说；结论本身不变。
#
# In words, as the card says it; the outcome stays as it was.

# %%
open_ = next(v for v in sure.analysis.verdicts if v.robust is not None and 0 < v.robust.p_pass < 1)
for sentence in sureness(sure.analysis, open_):
    print(sentence.text("zh"), sentence.text("en"), sep="\n", end="\n\n")

# %% [markdown]
# ## 到达医院的分钟 · Minutes to a hospital
#
# 最近的医院要多久？第二近的呢？表由研究自己的路网一次算出。
#
# How long to the nearest hospital, and to the second? One table by the study's own roads answers both.

# %%
first = analysis.access("nearest_nth", ["医院"], mode="drive")
second = analysis.access("nearest_nth", ["医院"], mode="drive", n=2)
table = first.by_area("town").assign(second=second.by_area("town")["mean"])
table["area_id"] = table["area_id"].map(towns["name"])
table.sort_values("mean", ascending=False).round(3)

# %% [markdown]
# ## 众人共用的医院 · Hospitals shared by all
#
# 30 分钟内，每千人能分到几所？2SFCA 一视同仁，E2SFCA 近者权重更大，RAAM 让居民自己避开拥挤。
#
# How many hospitals for a thousand residents within 30 minutes? 2SFCA counts all alike, E2SFCA those nearer
# more, and with RAAM residents avoid the crowd themselves.

# %%
zones = access.stepped({10: 1.0, 20: 0.68, 30: 0.22})
shared = analysis.access("two_step_fca", ["医院"], limit=30)
nearer = analysis.access("enhanced_two_step_fca", ["医院"], decay=zones)
crowded = analysis.access("raam", ["医院"], tau=60)
figures = {"2SFCA": shared, "E2SFCA": nearer, "RAAM": crowded, "minutes": first}
rows = {name: found.equity(groups="town") for name, found in figures.items()}
kept = ("mean", "gini", "theil_between", "theil_within", "equivalent", "unreached")
{name: {key: float(f"{row[key]:.4g}") for key in kept} for name, row in rows.items()}

# %% [markdown]
# 洛伦兹曲线：越弯，越不均等。
#
# Lorenz curves: the more a curve bends, the less even it is.

# %%
figure, axes = plt.subplots(figsize=(3.6, 3.4), dpi=72)
axes.plot([0, 1], [0, 1], color="#999", linestyle=":")
for name, colour in (("2SFCA", "#1f6f8b"), ("E2SFCA", "#b3541e"), ("RAAM", "#555")):
    people, held = figures[name].lorenz()
    at = np.linspace(0, 1, 101)
    axes.plot(at, np.interp(at, people, held), color=colour, label=name)
axes.set(xlabel="share of residents", ylabel="share held", xlim=(0, 1), ylim=(0, 1))
axes.legend(frameon=False)
figure.tight_layout()

# %% [markdown]
# ## 各乡镇的分布 · A ridge of towns
#
# 每个乡镇一条：居民到医院的分钟数如何分布。
#
# One line a town: how its residents' minutes to a hospital are spread.

# %%
frame = first.frame.assign(town=first.homes("town"))
frame = frame[np.isfinite(frame["value"])]
edges = np.linspace(0, float(frame["value"].quantile(0.995)), 50)
order = first.by_area("town").sort_values("mean", ascending=False)["area_id"].tolist()
figure, axes = plt.subplots(figsize=(5.5, 0.32 * len(order) + 0.8), dpi=72)
for row, area in enumerate(order):
    part = frame[frame["town"] == area]
    curve, _ = np.histogram(part["value"], edges, weights=part["residents"])
    curve = curve / max(curve.max(), 1e-9) * 1.3
    axes.fill_between(edges[:-1], -row, curve - row, color="#9db9c4", alpha=0.8, zorder=row)
    axes.plot(edges[:-1], curve - row, color="#16343d", linewidth=0.8, zorder=row)
axes.set_yticks(-np.arange(len(order)), [str(i + 1) for i in range(len(order))])
axes.set(xlabel="minutes to a hospital", ylabel="town, the farthest first")
figure.tight_layout()

# %% [markdown]
# ## 谁的处境最差 · Who is worst off
#
# 离医院最远的十分之一居民：多少人、从几分钟起、住在哪里。
#
# The tenth of residents farthest from a hospital: how many, from how many minutes on, and where.

# %%
worst = first.worst_off(0.1)
figure, axes = plt.subplots(figsize=(4, 2.9), dpi=60)
towns.boundary.plot(ax=axes, color="#c3ccd0", linewidth=0.8)
worst.plot(ax=axes, markersize=0.8, color="#b3541e")
axes.set_axis_off()
where = worst.groupby(first.homes("town").loc[worst.index])["residents"].sum().sort_values(ascending=False)
where.index = towns["name"].reindex(where.index)
print(f"{worst['residents'].sum():,.0f} residents, from {worst['value'].min():.1f} minutes on")
where.head().round(0).to_frame()
