"""Facility categories in the plans' own terms: spellings, hierarchy, roles, levels, attributes, OSM tags."""

from carecircle.categories.osm import KEYS, from_name, from_osm_tags, is_past
from carecircle.categories.roles import (
    Level,
    holds,
    implied,
    in_categories,
    is_ownership,
    is_role,
    level,
    ownership,
    roles_held,
    select,
    spoken_of,
    told_in,
)
from carecircle.categories.sets import FacilitySet, kinds_of, told_apart
from carecircle.categories.terms import (
    Attribute,
    AttributeType,
    Category,
    Owner,
    Role,
    area_attribute,
    area_attributes,
    attribute,
    attributes,
    broader,
    canonical,
    categories,
    departments,
    descendants,
    designations,
    label,
    nearest,
    owners,
    role,
)

__all__ = [
    "KEYS", "Attribute", "AttributeType", "Category", "FacilitySet", "Level", "Owner", "Role",
    "area_attribute", "area_attributes", "attribute", "attributes", "broader", "canonical",
    "categories", "departments", "descendants", "designations", "from_name", "from_osm_tags",
    "holds", "implied", "in_categories", "is_ownership", "is_past", "is_role", "kinds_of", "label",
    "level", "nearest", "owners", "ownership", "role", "roles_held", "select", "spoken_of",
    "told_apart", "told_in",
]  # fmt: skip
