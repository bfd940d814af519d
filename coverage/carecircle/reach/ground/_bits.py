"""Two steps of a processor that numba has no word for: the lowest bit that is set, bits read as a float."""

from __future__ import annotations

from typing import Any

from carecircle.reach.search._numba import numba

if numba() is None:
    raise ImportError("numba is absent: use the searches on scipy")

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic


@intrinsic  # type: ignore[untyped-decorator]
def lowest_bit(typing: Any, bits: Any) -> Any:
    """Number of the lowest bit that is set in a uint32 (which is not 0)."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        word = ir.IntType(32)
        kind = ir.FunctionType(word, [word, ir.IntType(1)])
        call = cgutils.get_or_insert_function(builder.module, kind, "llvm.cttz.i32")
        return builder.call(call, [given[0], ir.Constant(ir.IntType(1), 1)])

    return types.uint32(types.uint32), code


@intrinsic  # type: ignore[untyped-decorator]
def float_of(typing: Any, bits: Any) -> Any:
    """The float64 that the bits of an int64 are."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.bitcast(given[0], ir.DoubleType())

    return types.float64(types.int64), code
