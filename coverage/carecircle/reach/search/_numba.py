"""The one place that imports numba: guarded, because numba looks for coverage.py and finds our folder.

numba runs ``import coverage`` and then touches ``coverage.types``. Any importable directory named
``coverage`` (the source folder, with the checkout on ``sys.path``) is taken for the tool and breaks the
import. Where nothing has imported the real tool yet, the name is hidden while numba is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


@cache
def numba() -> Any:
    """The numba module; None where it is absent or told not to compile (the searches then run on scipy)."""
    hide = "coverage" not in sys.modules
    if hide:
        sys.modules["coverage"] = None  # type: ignore[assignment]
    try:
        import numba as module
    except ImportError:
        return None
    finally:
        if hide:
            del sys.modules["coverage"]
    return None if module.config.DISABLE_JIT else module


def jit(function: Function) -> Function:
    """Compile a function to machine code that releases the GIL and is kept on disk between runs."""
    module = numba()
    if module is None:
        raise ImportError("numba is absent: use the searches on scipy")
    compiled: Function = module.njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled


def inlined(function: Function) -> Function:
    """A function whose text is copied into every compiled function that calls it."""
    module = numba()
    if module is None:
        raise ImportError("numba is absent: use the searches on scipy")
    compiled: Function = module.njit(forceinline=True, error_model="numpy")(function)
    return compiled
