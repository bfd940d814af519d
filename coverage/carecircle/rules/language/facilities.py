"""Facilities that a plan names: its ``[[facility]]`` tables, from which ``init`` fills a template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from carecircle import categories
from carecircle.rules.language.refusals import MeaninglessRuleError
from carecircle.strict import Strict


class NamedFacility(Strict):
    """One facility that a plan names, where no rule or project says all of it."""

    name: str = Field(min_length=2)
    """As the plan writes it, with the form in brackets where it has two."""
    section: str
    """Where in the plan."""
    category: str = ""
    """What the plan has it be; absent: told from rules, projects or the name."""
    status: Literal["open", "planned"] = "open"
    """Whether it was there when the plan was written."""
    designations: tuple[str, ...] = ()
    """Roles that the plan says it holds already."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        fault = next(unknown_terms(self.category, self.designations, {}), None)
        if fault is not None:
            raise fault
        return self


def unknown_terms(
    category: str, designations: tuple[str, ...], attributes: Mapping[str, object]
) -> Iterator[MeaninglessRuleError]:
    """Categories, roles and attributes that are none, with the nearest that is."""
    if category and category not in categories.categories():
        near = categories.canonical(category) or categories.nearest(category) or "—"
        yield MeaninglessRuleError("category", "rules.unmapped_category", value=category, near=near)
    for role in designations:
        if not categories.is_role(role):
            facts = {"value": role, "near": categories.role(role) or "—"}
            yield MeaninglessRuleError("designations", "rules.unknown_role", **facts)
    for name in attributes:
        if name not in categories.attributes():
            facts = {"value": name, "near": categories.attribute(name) or "—"}
            yield MeaninglessRuleError("attributes", "rules.unknown_attribute", **facts)
