"""Facility categories in the plans' own terms: spellings, hierarchy, roles, levels, attributes, OSM tags."""

from carecircle.categories.osm import KEYS, from_name, from_osm_tags, is_past
from carecircle.categories.roles import (
    OWNERSHIP,
    Level,
    holds,
    in_categories,
    is_role,
    level,
    ownership,
    roles_held,
    select,
    stated_in,
)
from carecircle.categories.terms import (
    Attribute,
    AttributeType,
    Category,
    Role,
    area_attribute,
    area_attributes,
    attribute,
    attributes,
    canonical,
    categories,
    departments,
    descendants,
    designations,
    label,
    nearest,
    role,
)

__all__ = [
    "KEYS", "OWNERSHIP", "Attribute", "AttributeType", "Category", "Level", "Role", "area_attribute",
    "area_attributes", "attribute", "attributes", "canonical", "categories", "departments", "descendants",
    "designations", "from_name", "from_osm_tags", "holds", "in_categories", "is_past", "is_role", "label",
    "level", "nearest", "ownership", "role", "roles_held", "select", "stated_in",
]  # fmt: skip
