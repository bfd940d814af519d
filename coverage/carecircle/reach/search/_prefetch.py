"""Ask the processor for memory that a compiled loop will read soon."""

from __future__ import annotations

from typing import Any

from carecircle.reach.search._numba import numba

if numba() is None:
    raise ImportError("numba is absent: use the searches on scipy")

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

_BYTE = ir.PointerType(ir.IntType(8))
_INT = ir.IntType(32)


@intrinsic  # type: ignore[untyped-decorator]
def prefetch(typing: Any, array: Any, index: Any) -> Any:
    """Start loading ``array[index]`` into the cache; never waits, never fails."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, given[0]).data
        kind = ir.FunctionType(ir.VoidType(), [_BYTE, _INT, _INT, _INT])
        call = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        address = builder.bitcast(builder.gep(data, [given[1]]), _BYTE)
        builder.call(call, [address, _INT(0), _INT(3), _INT(1)])  # to read, to all caches, data
        return context.get_dummy_value()

    return types.void(array, index), code
