"""The mend folder: mend.html, mend.json, mend.xlsx, mend.gpkg, mend_scenario.json, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from carecircle.outputs import telling
from carecircle.outputs.beside import write_beside, write_json
from carecircle.outputs.ours import MEND
from carecircle.outputs.pages.index import with_index
from carecircle.outputs.pages.markup import page
from carecircle.outputs.sites.mend_files import mend_geopackage, mend_workbook
from carecircle.outputs.sites.mended import (
    answer,
    first_things_first,
    gained_people,
    mended_data,
    money,
    titles,
    turned,
    what,
    why,
    year_name,
)
from carecircle.siting.whole.mend import Mended
from carecircle.texts import Sentence


def write_mended(mended: Mended, folder: str | Path) -> list[Path]:
    """Write what can be mended, and how, into a folder.

    The files appear all at once or not at all (`carecircle.delivery`). Where a run lies in the folder, its
    ``index.html`` is written again with them; other files stay as they are.

    Parameters
    ----------
    mended
        What `carecircle.siting.whole.mend.mend` found.
    folder
        Where to; made if it does not exist.

    Returns
    -------
    list of Path
        ``mend.html`` (one page, Chinese and English), ``mend.json``, ``mend.xlsx``, ``mend.gpkg``, and
        ``mend_scenario.json``: the last year's changes, for ``carecircle run --with``.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    InputError
        If another run beside it cannot be used.
    UsageError
        If a move's place is none.
    """
    data = mended_data(mended)
    return write_beside(mended.before.study, folder, {
        "mend.html": partial(_page, mended, data),
        "mend.json": partial(write_json, data),
        "mend.xlsx": partial(mend_workbook, mended, data),
        "mend.gpkg": partial(mend_geopackage, mended, data),
        "mend_scenario.json": partial(write_json, data["phases"][-1]["scenario"]),
    })  # fmt: skip


def mend_names(folder: Path) -> list[str]:
    """What mending replaces in a folder: its own files and, where a run lies there, the index.

    Parameters
    ----------
    folder
        Of the outputs.
    """
    return with_index(folder, MEND)


def mended_page(mended: Mended, data: Mapping[str, Any]) -> str:
    """The planner's table of one page: the first thing to build and why, then every year.

    Parameters
    ----------
    mended
        What was found.
    data
        The same as plain data.
    """
    study = mended.before.study
    own, phases = mended.before.plan.projects, []
    for number, phase in enumerate(mended.phases):
        gained, _ = turned(mended, number)
        phases.append(
            {
                "year": year_name(phase),
                "moves": [
                    (what(m), money(mended, m.price), why(mended, m))
                    for m in first_things_first(mended, phase.moves)
                ],
                "spent": money(mended, phase.spent),
                "budget": None if phase.budget is None else money(mended, phase.budget),
                "gained": round(gained_people(mended, number)),
                "mended": titles(mended, gained),
                "projects": [p.quote for p in own if p.id in data["phases"][number]["projects"]],
            }
        )  # fmt: skip
    made = next((p.moves for p in mended.phases if p.moves), ())
    best = next(iter(first_things_first(mended, made)), None)
    first = None if best is None else (what(best), money(mended, best.price), why(mended, best))
    return page(
        "mend.html",
        study.title or study.name,
        study.language,
        plan=mended.before.plan.title,
        answer=answer(mended),
        first=first,
        phases=phases,
        rows=[c for c in data["clauses"] if c["aimed"]],
        titles={v.rule: telling.title(v) for v in mended.before.verdicts},
        conflict=data["conflict"],
        reachable=data["reachable"],
        shared=[what(m) for m in mended.alternatives.shared],
        others=len(mended.alternatives.choices),
        open=len(mended.asked.open),
        outcome=lambda name: Sentence(f"outputs.page_outcome_{name}"),
    )


def _page(mended: Mended, data: Mapping[str, Any], path: Path) -> None:
    path.write_text(mended_page(mended, data), encoding="utf-8", newline="\n")
