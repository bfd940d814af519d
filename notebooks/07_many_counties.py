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
# # 多个县 · Many counties
#
# 市级、省级要看的是一批县：同一份规则，逐县运行，一张表比较。这里用三个**虚构**县代替：内置的一个，另外两个由不同的种子生成。
#
# A city or a province looks at many counties: the same rules, county by county, one table. Three **fictional**
# counties stand in for them: the embedded one and two made from other seeds.

# %%
from pathlib import Path

import pandas as pd

import carecircle
from carecircle.demo import write_county

folder = Path("../maps/counties")
counties = {"甲县": Path("../data"), "乙县": folder / "乙县", "丙县": folder / "丙县"}
for seed, place in enumerate(list(counties.values())[1:], start=12):
    if not (place / "study.toml").is_file():
        write_county(place, seed=seed)

# %% [markdown]
# 各县只评判三条招牌规则，写在一份规划文件里。 · Three rules, in one plan file for all.

# %%
plan = carecircle.load_plan("../data/plan.toml")
text = Path("../data/plan.toml").read_text(encoding="utf-8")
head, *rules = text.split("[[rule]]")
wanted = ("L1.radius", "B1.circle", "L2.load")
kept = [rule for rule in rules if any(f'id = "{w}"' in rule for w in wanted)]
three = folder / "three_rules.toml"
only = head + "".join("[[rule]]" + rule for rule in kept)
three.write_text(only.replace('alternatives = ["drive"]', ""), encoding="utf-8")


def study_of(name: str) -> carecircle.Study:
    """One county's study: the common plan, a coarse surface."""
    study = carecircle.load_study(counties[name])
    coarse = study.outputs.model_copy(update={"surface_cell_m": 1000})
    return study.model_copy(
        update={"name": name, "title": f"{name}（虚构）", "plan": str(three.resolve()), "outputs": coarse}
    )


# %% [markdown]
# 一个县一个县地算，只留下需要的结果；省里几百个县也不会占满内存。某个县的数据有错，记下来，其余照常。
#
# County after county, keeping only what is needed: hundreds of them do not fill the memory. A county whose
# inputs are wrong is noted, and the others go on.

# %%
from carecircle.rules import by_area

rows, towns, failed = [], [], {}
for name in counties:
    try:
        analysis = carecircle.analyze(study_of(name))
    except carecircle.InputError as error:
        failed[name] = error.text("zh")
        continue
    for verdict in analysis.verdicts:
        rows.append(
            {
                "county": name,
                "rule": verdict.rule,
                "outcome": verdict.outcome.value,
                "observed": verdict.observed,
                "affected": verdict.residents_affected,
            }
        )
        if verdict.rule == "B1.circle":
            found = by_area(verdict, analysis.inputs, "town")
            shapes = analysis.inputs.areas[["area_id", "geometry"]].merge(found, on="area_id")
            towns.append(shapes.assign(county=name))
results = pd.DataFrame(rows)
failed

# %%
results.pivot(index="county", columns="rule", values="outcome").loc[list(counties)]

# %%
results.pivot(index="county", columns="rule", values="observed").loc[list(counties)].round(3)

# %% [markdown]
# ## 并排看 · Side by side
#
# 15 分钟步行圈内城镇居民的比例，同一色标。灰色是没有城镇居民的乡镇。
#
# The share of urban residents within 15 minutes on foot, on one scale. Grey towns have no urban residents.

# %%
import matplotlib.pyplot as plt

figure, panels = plt.subplots(1, len(towns), figsize=(8, 2.8), dpi=72)
for number, (axes, shapes) in enumerate(zip(panels, towns, strict=True), 1):
    shapes.plot(
        "share", ax=axes, cmap="RdYlGn", vmin=0, vmax=1, edgecolor="white",
        missing_kwds={"color": "#e6e6e6"},
    )  # fmt: skip
    axes.set_title(f"county {number}", fontsize=9)
    axes.set_axis_off()
figure.tight_layout()

# %% [markdown]
# ## 哪个县最急 · Who first
#
# 按受影响的居民排序，而不是按比例：大县差一个百分点，可能比小县差十个点的人还多。
#
# Ranked by people, not by share: one point of a large county may be more people than ten of a small one.

# %%
results.dropna(subset=["affected"]).sort_values("affected", ascending=False).head(6).round(3)

# %% [markdown]
# 命令行里，一个循环就够：`for c in counties/*/; do carecircle run $c; done`；两次结果用 `carecircle compare` 比较。
#
# In a shell a loop will do, and `carecircle compare` sets two runs side by side.
