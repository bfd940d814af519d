"""Study: all of study.toml as one frozen value, its schema, and itself as plain data."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from carecircle.cards import card
from carecircle.profiles import Profile
from carecircle.strict import file_name
from carecircle.study.access import Accessed
from carecircle.study.certainty import Uncertainty
from carecircle.study.emergency import Emergency
from carecircle.study.mending import Mending, Offered
from carecircle.study.periods import Period
from carecircle.study.sections import (
    Assumptions,
    Boundaries,
    Facilities,
    Matrix,
    Outputs,
    Residents,
    Roads,
    Section,
    SpreadBy,
    Totals,
    Urban,
)
from carecircle.study.terrain import Terrain
from carecircle.study.travel import Travel, own_profiles
from carecircle.texts import Language, Sentence


class Study(Section):
    """A study: what to read, which plan to judge, and every assumption.

    Load one with `load_study`; all paths are then absolute.
    """

    version: Literal[1] = 1
    """Of the study file's format."""
    name: Annotated[str, AfterValidator(file_name)] = Field(min_length=1)
    """Names the output folder."""
    title: str = ""
    """Printed at the head of every output."""
    language: Language = "zh"
    """Of every sentence written."""
    plan: str
    """An id of the catalogue, or the path of a plan file."""
    year: int = Field(default=2025, ge=1900, le=2200)
    """The year whose official figures are taken."""
    include_projects: int | None = Field(default=None, ge=1900, le=2200)
    """The plan's projects that are due by this year are taken as done ("as planned by 2025")."""
    boundaries: Boundaries | None = None
    """Absent: the hull of the residents and the buffer, reported as a note."""
    facilities: Facilities | None = None
    """What is judged."""
    more_facilities: tuple[Facilities, ...] = ()
    """Further sources of facilities."""
    residents: Residents | None = None
    """Absent: rules about people are NOT_ASSESSED."""
    totals: Totals | None = None
    """Official figures: denominators of ratios."""
    roads: Roads | None = None
    """Absent: rules about roads are NOT_ASSESSED."""
    profiles: dict[str, Travel] = Field(default={})
    """How a mode travels, by its name (``[profiles.walk]``), in place of the shipped figures."""
    matrix: dict[str, Matrix] | None = None
    """Travel times from elsewhere, by mode (``[matrix.drive]``): they answer instead of the roads."""
    urban: Urban = Urban()
    """How urban and rural residents are told apart."""
    assumptions: Assumptions = Assumptions()
    """What no plan states."""
    terrain: Terrain | None = None
    """The ground off the roads; absent: whoever lives too far from any road is unsnapped."""
    emergency: Emergency = Emergency()
    """The stages of an emergency that no road tells, and the calls."""
    access: tuple[Accessed, ...] | None = None
    """Access measures shown beside the clauses (``[[access]]``); absent: none."""
    uncertainty: Uncertainty | None = None
    """What is not known for certain; absent: no draws are taken."""
    periods: tuple[Period, ...] | None = None
    """Hours in which roads, facilities or residents differ (``[[periods]]``); absent: judged once."""
    mend: Mending | None = None
    """How ``carecircle mend`` mends the plan; absent: every clause, in one phase."""
    moves: tuple[Offered, ...] = ()
    """What may be done, each with its price (``[[moves]]``)."""
    outputs: Outputs = Outputs()
    """What the written files look like."""
    file: Path | None = Field(default=None, exclude=True)
    """The study file itself, where the study came from one."""

    @property
    def plan_path(self) -> Path | None:
        """The plan's own file where ``plan`` is a path, else None (an id of the catalogue)."""
        return Path(self.plan) if self.plan.endswith(".toml") else None

    @property
    def facility_sources(self) -> tuple[Facilities, ...]:
        """Every source of facilities, in the order of the file."""
        return ((self.facilities,) if self.facilities else ()) + self.more_facilities

    @property
    def people_sources(self) -> tuple[Residents | SpreadBy, ...]:
        """What the residents are read from, in the order of the file."""
        people = self.residents
        if people is None:
            return ()
        return (people, *(() if people.grid is None else (people.grid,)), *people.own_grids)

    @property
    def own_profiles(self) -> dict[str, Profile]:
        """The modes whose figures the study sets itself, each with them in it."""
        return own_profiles(self.profiles)

    @property
    def extract(self) -> Path | None:
        """The study's own OpenStreetMap extract: that of its roads, else of its facilities; None without."""
        roads = [self.roads.path] if self.roads is not None and self.roads.format == "pbf" else []
        return next(iter([*roads, *(f.path for f in self.facility_sources if f.format == "osm")]), None)

    def _repr_html_(self) -> str:
        """The study as a small card, in its own language."""
        given = {
            "boundaries": self.boundaries, "facilities": self.facilities, "residents": self.residents,
            "totals": self.totals, "roads": self.roads,
        }  # fmt: skip
        assumed = self.assumptions
        share = 1.0 if assumed.target_share is None else assumed.target_share
        numbers = {
            "share": share, "metres": assumed.max_snap_m, "buffer_km": assumed.buffer_km,
            "turnout": self.emergency.call_min + self.emergency.dispatch_min + self.emergency.turnout_min,
        }  # fmt: skip
        inputs = [f"{Sentence(f'cards.{n}').text(self.language)} {_what(s)}" for n, s in given.items() if s]
        facts = (
            (Sentence("cards.plan"), self.plan if self.plan_path is None else self.plan_path.name),
            (Sentence("cards.year"), str(self.year)),
            (Sentence("cards.inputs"), "; ".join(inputs) or None),
            (Sentence("cards.assumptions"), Sentence("cards.assumed", numbers)),
        )
        return card(self.language, self.title or self.name, facts)

    def to_dict(self) -> dict[str, Any]:
        """The study as plain data; paths relative to the study file, so that a copy elsewhere is equal.

        Returns
        -------
        dict
            As study.toml would hold it, every default filled in.
        """
        data: dict[str, Any] = self.model_dump(mode="json", exclude_none=True)
        if self.file is None:
            return data
        folder = self.file.parent
        return dict(map_paths(data, lambda p: _relative(Path(p), folder)))


def study_schema() -> dict[str, Any]:
    """The JSON Schema of study.toml.

    Returns
    -------
    dict
        Draft 2020-12, ``$id`` ``carecircle/study/1``; every key with its default and meaning.
    """
    schema = Study.model_json_schema()
    schema["properties"].pop("file")
    return {"$id": "carecircle/study/1", **schema}


def map_paths(data: dict[str, Any], change: Any) -> dict[str, Any]:
    """A copy of the study's raw tables with every path changed by ``change``."""

    def walk(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {k: walk(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [walk(v, key) for v in value]
        return change(value) if key == "path" else value

    copy: dict[str, Any] = walk(data, "")
    plan = copy.get("plan")
    if isinstance(plan, str) and plan.endswith(".toml"):
        copy["plan"] = change(plan)
    return copy


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive on Windows
        return path.as_posix()


def _what(section: Any) -> str:
    """What a section reads, in a word: its file, else the code, name or relation it asks for."""
    if section.path is not None:
        return str(section.path.name)
    return str(section.adcode or section.name or section.relation or section.admin_level or "—")
