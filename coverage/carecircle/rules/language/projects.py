"""What a plan will build, move, extend, reduce, merge or upgrade: its ``[[project]]`` tables."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from carecircle.rules.language.facilities import unknown_terms
from carecircle.rules.language.refusals import MeaninglessRuleError
from carecircle.strict import Strict

Change = Literal["new", "moved", "extended", "reduced", "merged", "upgraded"]


class Project(Strict):
    """One project of a plan: which facility, what changes, by when."""

    id: str = Field(min_length=1, max_length=60, pattern=r"^\S+$")
    """Unique in the plan: ``L.project.hospital``."""
    section: str
    """Where in the plan."""
    quote: str = Field(min_length=8)
    """The sentence, verbatim."""
    name: str = Field(min_length=1)
    """The facility as the plan writes it; forms of one name apart by ``|``."""
    change: Change
    """What is done: built anew, moved, extended, reduced, merged into another, raised in what it is."""
    year: int = Field(ge=1900, le=2200)
    """By when."""
    state: Literal["planned", "building", "done"] = "planned"
    """How far it was when the plan was written."""
    category: str = ""
    """What it is, or becomes; needed where it is new."""
    designations: tuple[str, ...] = ()
    """Roles that it gains."""
    attributes: dict[str, float | str] = Field(default={})
    """Its figures afterwards: ``{beds = 100}``."""
    into: str = ""
    """``merged``: the facility it becomes a part of."""

    @model_validator(mode="after")
    def _meaningful(self) -> Self:
        if (self.change == "merged") != bool(self.into):
            raise MeaninglessRuleError("into", "rules.into_and_merged", change=self.change)
        if self.change == "new" and not self.category:
            raise MeaninglessRuleError("category", "rules.new_without_category")
        if self.change == "merged" and (self.category or self.designations or self.attributes):
            raise MeaninglessRuleError("change", "rules.merged_changes_nothing")
        changes = self.category or self.designations or self.attributes
        if self.change in ("extended", "reduced", "upgraded") and not changes:
            raise MeaninglessRuleError("change", "rules.changes_nothing", change=self.change)
        fault = next(unknown_terms(self.category, self.designations, self.attributes), None)
        if fault is not None:
            raise fault
        return self
