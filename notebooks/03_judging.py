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
# # 评判一份规划 · Judging a plan
#
# 读懂一条结论，换一条规则，看结论怎样变。用的是内置的**虚构**县。
#
# Reading a verdict, changing a rule, and seeing what turns, on the embedded, **fictional** county.

# %%
import carecircle

study = carecircle.load_study("../data")
coarse = study.outputs.model_copy(update={"surface_cell_m": 400})  # 时间面粗一些，算得快 · a coarser surface
analysis = carecircle.analyze(study.model_copy(update={"outputs": coarse}))
analysis

# %% [markdown]
# ## 一条结论 · One verdict
#
# 规划原文、现状与要求、理由、受影响的居民都在一张卡片上。
#
# The plan's own words, what was observed and asked, why, and whom it touches, on one card.

# %%
verdicts = {v.rule: v for v in analysis.verdicts}
circle = verdicts["L1.radius"]
circle

# %% [markdown]
# **人口账**：六项相加等于总人口，一人不差。
#
# **The ledger**: six boxes add up to every resident.

# %%
import math

import pandas as pd

ledger = circle.ledger.to_dict()
parts = {name: people for name, people in ledger.items() if name != "total"}
pd.Series({**parts, "sum": math.fsum(parts.values()), "total": ledger["total"]}).round(1).to_frame(
    "residents"
)

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(6.5, 1.7), dpi=72)
left = 0.0
colours = ["#d9d9d9", "#b9a7d1", "#d7c48a", "#8c2d19", "#4b9a8a", "#d9793d"]
for (name, people), colour in zip(parts.items(), colours, strict=True):
    axes.barh(["L1.radius"], [people], left=left, color=colour, label=name.replace("_", " "))
    left += people
axes.legend(ncols=6, fontsize=7, loc="upper center", bbox_to_anchor=(0.5, 1.65), frameon=False)
axes.set_xlabel("residents")
figure.tight_layout()

# %% [markdown]
# **何处会翻转**：限值放宽到多少，或再有多少人被覆盖，结论就会改变。
#
# **Where it turns**: the limit, and the number of residents, at which the outcome would change.

# %%
circle.flip

# %% [markdown]
# **假定**：规划没有写明的，逐条列出。
#
# **Assumptions**: whatever the plan does not say.

# %%
pd.DataFrame(
    {
        "中文": [s.text("zh") for s in circle.assumptions],
        "English": [s.text("en") for s in circle.assumptions],
    }
)

# %% [markdown]
# ## 哪里的人够不着 · Where they live
#
# 同一条结论按街道、乡镇分开。
#
# The same verdict, town by town.

# %%
from carecircle.rules import by_area

walk = verdicts["B1.circle"]
towns = by_area(walk, analysis.inputs, "town")
shapes = analysis.inputs.areas.query("level == 'town'")[["area_id", "geometry"]].merge(towns, on="area_id")
axes = shapes.plot(
    "share", cmap="RdYlGn", vmin=0, vmax=1, edgecolor="white", legend=True, figsize=(5.5, 3.6),
    missing_kwds={"color": "#e6e6e6"},
)  # fmt: skip
axes.set_title("B1.circle: share of urban residents covered", fontsize=9)
axes.set_axis_off()

# %%
columns = ["name", "residents", "covered", "not_covered", "unreachable", "share"]
towns.sort_values("not_covered", ascending=False)[columns].head(6).round(3)

# %% [markdown]
# ## 改一条规则 · Changing a rule
#
# 规则就是规划文件里的几行。把步行 15 分钟改成 20 分钟；谁到谁多久已经算过，只需重新评判。
#
# A rule is a few lines of the plan file. Fifteen minutes on foot become twenty; who reaches what is known, so
# judging again is all it takes.

# %%
rows = []
for minutes in (5, 10, 15, 20, 30):
    rules = tuple(
        r.model_copy(update={"limit": float(minutes)}) if r.id == "B1.circle" else r
        for r in analysis.plan.rules
    )
    changed = analysis.plan.model_copy(update={"rule": rules})
    verdict = next(
        v for v in carecircle.judge(changed, analysis.inputs, analysis.reached) if v.rule == "B1.circle"
    )
    rows.append({"minutes": minutes, "outcome": verdict.outcome.value, "share": verdict.observed})
pd.DataFrame(rows).round(4)

# %% [markdown]
# 正式使用时，复制规划文件、改数值、在 `study.toml` 中写 `plan = "my_plan.toml"`。写错的键、单位或类别会被指出行号和改法。
#
# For good: copy the plan file, change the number, and name it in `study.toml`. A wrong key, unit or category is
# refused with its line and the mend.

# %%
from pathlib import Path

text = Path("../data/plan.toml").read_text(encoding="utf-8")
wrong = Path("../maps/my_plan.toml")
wrong.parent.mkdir(exist_ok=True)
wrong.write_text(text.replace('limit_unit = "min"', 'limit_unit = "minutes"', 1), encoding="utf-8")
try:
    carecircle.load_plan(wrong)
except carecircle.PlanError as error:
    print(error.text("zh"))
    print(error.text("en"))
