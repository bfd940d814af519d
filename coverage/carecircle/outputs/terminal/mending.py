"""What ``carecircle mend`` prints: the answer, each year's moves, and what cannot be."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from carecircle.outputs.sites.mended import (
    answer,
    first_things_first,
    gained_people,
    money,
    titles,
    turned,
    what,
    why,
    year_name,
)
from carecircle.siting.whole.mend import Mended
from carecircle.texts import Language, Sentence, say


def mended_lines(mended: Mended, folder: Path, language: Language, console: Console) -> None:
    """Print what was found.

    Parameters
    ----------
    mended
        From `carecircle.siting.whole.mend.mend`.
    folder
        Where it was written.
    language
        ``zh`` or ``en``.
    console
        Where to.
    """
    console.print(Text(answer(mended).text(language), style="bold"))
    for number, phase in enumerate(mended.phases):
        gained, _ = turned(mended, number)
        facts = {"clauses": titles(mended, gained), "gained": round(gained_people(mended, number))}
        head = (f"{year_name(phase)}  ", "bold")
        spent = money(mended, phase.spent).text(language)
        console.print(Text.assemble(head, f"{spent}  ", Sentence("mending.page_sum", facts).text(language)))
        for move in first_things_first(mended, phase.moves):
            reason = why(mended, move)
            line = f"  {what(move).text(language)}  {money(mended, move.price).text(language)}"
            console.print(line + ("" if reason is None else f"  {reason.text(language)}"), soft_wrap=True)
    conflict = mended.conflict
    for rule in () if conflict is None else conflict.alone:
        (name,) = titles(mended, [rule])
        console.print(Text(f"{name.text(language)}  {say('mending.alone', language)}", style="yellow"))
    if conflict is not None and conflict.together:
        rules = "、".join(name.text(language) for name in titles(mended, conflict.together))
        console.print(Text(f"{rules}  {say('mending.page_together', language)}", style="yellow"))
    console.print(say("terminal.written", language, path=str(folder / "mend.html")), soft_wrap=True)
