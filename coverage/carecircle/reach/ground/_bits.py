"""Steps of a processor that numba has no word for: the lowest bit set, bits as a float, a line fetched."""

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


@intrinsic  # type: ignore[untyped-decorator]
def bits_of(typing: Any, number: Any) -> Any:
    """The int64 that the bits of a float64 are."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.bitcast(given[0], ir.IntType(64))

    return types.int64(types.float64), code


@intrinsic  # type: ignore[untyped-decorator]
def fetch(typing: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of ``array[index]``, which need not exist."""
    byte, word = ir.PointerType(ir.IntType(8)), ir.IntType(32)

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, given[0]).data
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        call = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        address = builder.bitcast(builder.gep(data, [given[1]]), byte)
        builder.call(call, [address, word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(array, index), code
