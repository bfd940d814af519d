"""Words of a rule that are known only when a plan is read: kinds and modes, those from outside among them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from carecircle.profiles import modes, nearest_mode
from carecircle.rules.kinds.record import kinds
from carecircle.rules.language.refusals import MeaninglessRuleError


class _Registered:
    """The vocabulary of kinds: whatever the register holds when a plan is read or its schema written."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.known)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {"enum": [kind.name for kind in kinds()], "type": "string"}

    @staticmethod
    def known(value: Any) -> str:
        names = [kind.name for kind in kinds()]
        if value in names:
            return str(value)
        expected = f"{', '.join(map(repr, names[:-1]))} or {names[-1]!r}"
        raise PydanticKnownError("literal_error", {"expected": expected})


Kind = Annotated[str, _Registered()]


class _KnownMode:
    """A mode of travel by its name in `carecircle.profiles`, where those from outside are registered too."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_known_mode, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"enum": list(modes()), "type": "string"}


def _known_mode(mode: str) -> str:
    if mode not in modes():
        facts = {"value": mode, "near": nearest_mode(mode), "known": modes()}
        raise MeaninglessRuleError("", "profiles.unknown_mode", **facts)
    return mode


Mode = Annotated[str, _KnownMode()]
