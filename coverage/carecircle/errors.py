"""The one exception tree; every message names the place and the fix.

::

    CarecircleError
    ├── SeveralError                      several faults reported together, in ``faults``; see the others
    ├── InputError (also ValueError)      a file, row, column or value the planner brought
    │   ├── StudyError                    the study file itself
    │   ├── PlanError                     a plan (rule) file
    │   └── SeveralInputsError            several of these, reported together
    │       ├── SeveralStudyError (also StudyError), SeveralPlanError (also PlanError)
    ├── UsageError (also ValueError)      an invalid call or command
    │   └── SeveralUsageError             several of these, reported together
    ├── OutputError (also OSError)        a place we cannot write to
    └── CapacityError (also MemoryError)  work that would not fit in memory, with the number
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from carecircle import delivery
from carecircle.texts import Language, Sentence, say


def anchor(key: str) -> str:
    """Where the manual's Errors page explains a message: ``inputs.no_crs`` at ``#error-inputs-no-crs``."""
    return "error-" + key.replace(".", "-").replace("_", "-")


class CarecircleError(Exception):
    """Root of everything carecircle raises on purpose.

    Parameters
    ----------
    key
        The sentence in ``wording/`` that says what is wrong and how to fix it.
    file, row, column, value
        Where it is. ``row`` counts as the planner's program does: 1 is the header or first line.
    **facts
        Further placeholders of the sentence.
    """

    def __init__(
        self,
        key: str,
        *,
        file: str | Path | None = None,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
        **facts: object,
    ) -> None:
        self.file = None if file is None else str(file)
        self.row = row
        self.column = column
        self.value = value
        place = {"file": self.file, "row": row, "column": column, "value": value}
        self.sentence = Sentence(key, {**{k: v for k, v in place.items() if v is not None}, **facts})
        self.noticed: tuple[Any, ...] = ()
        """Findings of the same input that its reader had made before it gave up."""
        super().__init__(self.text("en"))

    def place(self, language: Language = "en") -> str:
        """``file, row 3, column x``: only the parts that are known.

        Parameters
        ----------
        language
            ``zh`` or ``en``.

        Returns
        -------
        str
            Empty where nothing is known.
        """
        parts = [self.file] if self.file else []
        if self.row is not None:
            parts.append(say("errors.row", language, row=str(self.row)))
        if self.column is not None:
            parts.append(say("errors.column", language, column=self.column))
        return ("，" if language == "zh" else ", ").join(parts)

    def text(self, language: Language = "en") -> str:
        """The whole message in one language: place, fault, fix.

        Parameters
        ----------
        language
            ``zh`` or ``en``.

        Returns
        -------
        str
            One line; several lines where several faults are told together.
        """
        place = self.place(language)
        body = self.sentence.text(language)
        return f"{place}{'：' if language == 'zh' else ': '}{body}" if place else body


class InputError(CarecircleError, ValueError):
    """A file, row, column or value that the planner brought and that cannot be used."""


class StudyError(InputError):
    """The study file is missing, malformed or asks for something that does not exist."""


class PlanError(InputError):
    """A plan file breaks the rule language."""


class UsageError(CarecircleError, ValueError):
    """A call or command that is not valid as given."""


class OutputError(CarecircleError, OSError):
    """A place that cannot be written to."""


@contextmanager
def writing(place: str | Path) -> Iterator[None]:
    """Say in our words why a place cannot be written, whatever the system says.

    Raises
    ------
    OutputError
        For every `OSError` of the system inside.
    """
    try:
        yield
    except OutputError:
        raise
    except delivery.BusyError as error:
        raise OutputError("errors.folder_busy", file=place) from error
    except OSError as error:
        if error.errno is None:  # a library's word about a file that it reads
            raise
        raise OutputError("errors.output_folder", file=place, why=error.strerror or str(error)) from error


class CapacityError(CarecircleError, MemoryError):
    """Work that would not fit in memory; the message names the estimate."""


class SeveralError(CarecircleError):
    """Several faults, reported together so that they can be fixed in one round.

    Parameters
    ----------
    faults
        Each of them, in the order they were found.
    """

    def __init__(self, faults: Sequence[CarecircleError]) -> None:
        self.faults = tuple(faults)
        super().__init__("errors.many", count=len(self.faults))

    def text(self, language: Language = "en") -> str:
        """A headline, then one line per fault.

        Parameters
        ----------
        language
            ``zh`` or ``en``.

        Returns
        -------
        str
            As many lines as faults, and one.
        """
        lines = [say("errors.many", language, count=len(self.faults))]
        lines += [f"  - {fault.text(language)}" for fault in self.faults]
        return "\n".join(lines)


class SeveralInputsError(SeveralError, InputError):
    """Several faults of one input; `faults` holds each of them."""


class SeveralStudyError(SeveralInputsError, StudyError):
    """Several faults of a study file."""


class SeveralPlanError(SeveralInputsError, PlanError):
    """Several faults of a plan file."""


class SeveralUsageError(SeveralError, UsageError):
    """Several faults of one call; `faults` holds each of them."""


_TOGETHER: tuple[tuple[type[CarecircleError], type[SeveralError]], ...] = (
    (StudyError, SeveralStudyError),
    (PlanError, SeveralPlanError),
    (UsageError, SeveralUsageError),
)


def raise_all(faults: Iterable[CarecircleError]) -> None:
    """Raise nothing, the one fault, or all of them together.

    Raises
    ------
    CarecircleError
        The only fault; else one that holds each of them in ``faults`` and, where all are of one kind, is of
        that kind too: a caller who catches `PlanError` catches a plan's two faults as well as its one.
    """
    found = list(faults)
    if len(found) == 1:
        raise found[0]
    if found:
        kind = next((s for k, s in _TOGETHER if all(isinstance(f, k) for f in found)), SeveralInputsError)
        raise kind(found)
