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
# # 急救：从呼叫到医院 · Emergency, from the call to the hospital
#
# “一小时黄金救治圈”不是离医院一小时车程：先要接听、调度、出车、赶到患者身边，再在现场救治、送到能救治的医院。救护车也不是
# 随叫随到：忙的时候由远处的车来。这里用的是**虚构**县。
#
# A “golden hour” is not an hour's drive from a hospital: there is the call, the dispatch, the turn-out, the way
# to the patient, the minutes at the scene and the way to a hospital that can treat. Nor is an ambulance always
# free: when it is not, a farther one comes. The county is **fictional**.

# %%
from pathlib import Path

import pandas as pd

import carecircle
from carecircle.study import Emergency

folder = Path("../maps/emergency")
folder.mkdir(parents=True, exist_ok=True)
rules = """
[[rule]]
id = "H1"
clause = "H1"
section = "示例"
quote = "打造脑卒中“一小时黄金救治圈”"
kind = "chain"
stations = [{ categories = ["急救中心（站）"] }]
categories = ["医院"]
designations = ["卒中中心"]
metric = "minutes"
mode = "ambulance"
limit = 60
limit_unit = "min"
target = 0.98
target_source = "assumed"

[[rule]]
id = "H2"
clause = "H2"
section = "示例"
quote = "急救平均反应时间≤16分钟"
kind = "response"
categories = ["急救中心（站）"]
metric = "minutes"
mode = "ambulance"
direction = "from_facility"
limit = 16
limit_unit = "min"
"""
head = Path("../data/plan.toml").read_text(encoding="utf-8").split("[[rule]]")[0]
plan = folder / "plan.toml"
plan.write_text(head + rules, encoding="utf-8")
len(carecircle.load_plan(str(plan)).rules)

# %% [markdown]
# ## 各环节多少分钟 · How long each stage takes
#
# `[emergency]` 写明各环节的分钟数和来源；没写的按通行值假定，并在结论里说明。这里年报给出了呼救量。
#
# `[emergency]` gives the minutes of the stages and their sources; what is not given is assumed and said to be. An
# annual report gives the calls.

# %%
stages = Emergency(
    call_min=1.0,
    turnout_min=2.0,
    calls_per_1000_year=60,
    sources={"call_min": "县急救中心年报（虚构）", "calls_per_1000_year": "县急救中心年报（虚构）"},
)
study = carecircle.load_study("../data")
coarse = study.outputs.model_copy(update={"surface_cell_m": 400})
analysis = carecircle.analyze(
    study.model_copy(update={"plan": str(plan.resolve()), "outputs": coarse, "emergency": stages})
)
chain, response = analysis.verdicts
chain

# %% [markdown]
# 全程的平均分钟数逐项列出：每项减半，达标比例会是多少；接听、调度、现场几分钟时，结论会改变。
#
# The mean minutes stage by stage: what share would be in time if a stage were halved, and at how many minutes of
# call, dispatch or scene the clause would turn.

# %%
pd.DataFrame(
    [
        {
            "stage": part.name,
            "minutes": part.minutes,
            "share if halved": part.halved,
            "turns at": part.turns_at,
        }
        for part in chain.stages
    ]
).round(3)

# %% [markdown]
# ## 车忙的时候 · When ambulances are busy
#
# 按“随叫随到”算的平均反应时间只是下限：它能判不达标，不能判达标。呼救量说明车有多忙，再按忙时评判。
#
# The mean as if an ambulance were always free is a floor: it can fail a clause, it cannot pass it. The calls tell
# how busy the ambulances are, and the clause is judged at that.

# %%
response

# %%
busy = response.by_busy
pd.Series(
    {
        "always free": busy.always_free,
        "20 % busy": busy.at_20,
        "40 % busy": busy.at_40,
        "60 % busy": busy.at_60,
        f"as the calls have it: {busy.busy:.0%}": busy.observed,
    },
    name="mean response, minutes",
).round(2).to_frame()

# %% [markdown]
# 繁忙比例到多少，条款就不再达标： · The busy share from which on the clause is missed:

# %%
(busy.turns_at, busy.ambulances, busy.model)

# %% [markdown]
# ## 下两辆车驻在哪里 · Where do the next two ambulances stand?
#
# 现有车辆计入、原地不动；可以给已有站点增车，也可以设新站。一辆车有时在忙，所以有两辆车可及的居民比只有一辆的更稳妥（Daskin
# 1983）。
#
# Those that stand now are counted and stay; the next may stand at a station that is there or at a new one. As each
# is busy at times, residents whom two can reach are safer than those whom one can (Daskin 1983).

# %%
from carecircle.siting.ambulances import station_ambulances
from carecircle.siting.placing import Placing

two = station_ambulances(analysis, clause="H2", placing=Placing(2, limit=10), spacing_m=2000)
two

# %%
two.moves[["rank", "name", "kind", "standing", "ambulances", "newly_covered", "lon", "lat"]].round(4)

# %% [markdown]
# 救护车的布点改变了反应时间，全部规则重新评判： · What that does to the response, judged again:

# %%
after = next(v for v in two.after.verdicts if v.rule == "H2").by_busy
pd.DataFrame(
    {
        "before": {"busy": busy.busy, "mean response": busy.observed, "turns at": busy.turns_at},
        "after": {"busy": after.busy, "mean response": after.observed, "turns at": after.turns_at},
    }
).round(3)

# %% [markdown]
# ## 双重标准 · The double standard
#
# 另一种要求：所有居民在远限内有车，规定比例的居民在近限内有车，并使近限内有两辆车的居民最多（Gendreau 等 1997）。做不到时，
# 结果写明差在哪里、至少要几辆。
#
# Another demand: everybody within a far limit, a share within a near one, and as many as possible with two within
# the near one (Gendreau and others 1997). Where that cannot be kept, the answer says why, or how many it would take.

# %%
asked = Placing(4, aim="double", limit=12, far=40, share=0.8)
double = station_ambulances(analysis, clause="H2", placing=asked, spacing_m=3000)
double

# %%
[why.sentence.text("en") for why in double.impossible]

# %%
fewest = double.impossible[0].fewest
kept = station_ambulances(
    analysis,
    clause="H2",
    placing=Placing(fewest, aim="double", limit=12, far=40, share=0.8),
    spacing_m=3000,
)
kept.moves[["rank", "name", "kind", "standing", "ambulances", "newly_covered"]].round(1)

# %% [markdown]
# ## 地图 · The map
#
# 点一个居民点，卡片逐项列出全程分钟数，地图画出两段路；在“假如”里移动站点或医院，全程立刻重算。
#
# Click a place: its card lists the chain stage by stage and the map draws both legs. Move a station or a hospital
# under “what if” and the chain answers at once.

# %%
analysis.map()
