"""The files of a further question, written beside a run: whole or not at all, listed in its index."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from carecircle.delivery import delivered
from carecircle.errors import writing
from carecircle.inputs.provenance import files_read
from carecircle.outputs.ours import INDEX, ensure_writable, spare
from carecircle.outputs.pages.index import with_index, write_index
from carecircle.study import Study


def write_beside(
    study: Study, folder: str | Path, writers: Mapping[str, Callable[[Path], None]]
) -> list[Path]:
    """Write the files of one question about a study into a folder.

    They appear all at once or not at all (`carecircle.delivery`). Where a run lies in the folder, its
    ``index.html`` is written again with them and lists them; other files stay as they are.

    Parameters
    ----------
    study
        Whose inputs are never written over.
    folder
        Where to; made if it does not exist.
    writers
        By file name, what writes it.

    Returns
    -------
    list of Path
        The files, in that order.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    InputError
        If a file that the outputs draw on (another run beside it) cannot be used.
    """
    target = Path(folder)
    read = files_read(study)
    ensure_writable(target)
    names = with_index(target, [*writers])
    with writing(target), delivered(target, names, check=lambda: spare(target, names, read)) as fresh:
        for name, write in writers.items():
            write(fresh / name)
        if INDEX in names:
            write_index(target, fresh)
    return [target / name for name in writers]


def write_json(data: Mapping[str, Any], path: Path) -> None:
    """Plain data as indented JSON in UTF-8 with ``\\n``, never NaN.

    Parameters
    ----------
    data
        What is written.
    path
        Where to.
    """
    text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
