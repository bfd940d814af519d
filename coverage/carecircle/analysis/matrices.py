"""The travel-time matrices of a study as ways of travelling, and whom they do not know."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from carecircle.errors import CarecircleError, InputError, raise_all
from carecircle.inputs.load import Inputs
from carecircle.inputs.matrices import TimeTable, read_matrix
from carecircle.profiles import mode_name
from carecircle.reach.asked import Reach
from carecircle.reach.choice import Brought
from carecircle.reach.matrix import Matrix
from carecircle.schema import Finding
from carecircle.study import Study
from carecircle.texts import Sentence

_SHOWN = 3


def matrices_of(study: Study, tell: Callable[[Sentence], None]) -> dict[str, TimeTable]:
    """Every matrix of a study, by mode; the faults of all of them at once.

    Raises
    ------
    InputError
        If one cannot be read.
    """
    found, faults = {}, list[CarecircleError]()
    for mode, section in (study.matrix or {}).items():
        tell(Sentence("inputs.reading", {"file": section.path.name}))
        try:
            found[mode] = read_matrix(section)
        except CarecircleError as fault:
            faults.extend(getattr(fault, "faults", (fault,)))
    raise_all(faults)
    return found


def reaches_by(study: Study, tables: dict[str, TimeTable]) -> Brought:
    """Matrices as `analyze` takes what is brought: by metric and mode."""
    found: dict[tuple[str, str | None], Reach] = {}
    for mode, table in tables.items():
        by_residents = (study.matrix or {})[mode].origin == "residents"
        rows, columns = table.origins, table.destinations
        residents, facilities = (rows, columns) if by_residents else (columns, rows)
        found["minutes", mode] = Matrix(
            residents, facilities, table.minutes if by_residents else table.minutes.T.tocsr(),
            direction="to_facility" if by_residents else "from_facility", file=table.file.name,
        )  # fmt: skip
    return found


def strangers(inputs: Inputs, tables: dict[str, TimeTable]) -> Iterable[Finding]:
    """What each matrix does not know of the study's residents and facilities.

    Raises
    ------
    InputError
        If it knows none of the one or none of the other.
    """
    for mode, table in tables.items():
        by_residents = (inputs.study.matrix or {})[mode].origin == "residents"
        sides = (table.origins, table.destinations) if by_residents else (table.destinations, table.origins)
        asked = (inputs.demand, "demand_id"), (inputs.facilities, "facility_id")
        for whose, known, (frame, column) in zip(("residents", "facilities"), sides, asked, strict=True):
            ids = [] if frame is None else frame[column].astype(str).tolist()
            there = set(known)
            lacking = [one for one in ids if one not in there]
            said = Sentence(f"inputs.matrix_{whose}")
            if ids and len(lacking) == len(ids):
                raise InputError(
                    "inputs.matrix_knows_nobody", file=table.file, theirs=list(known[:_SHOWN]),
                    ours=ids[:_SHOWN], mode=mode, whose=said,
                )  # fmt: skip
            if lacking:
                facts = {
                    "count": len(lacking),
                    "ids": lacking[:_SHOWN],
                    "mode": mode_name(mode),
                    "whose": said,
                }
                yield Finding("warning", Sentence("inputs.matrix_lacks", facts), str(table.file))
