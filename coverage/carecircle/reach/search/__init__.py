"""The searches themselves: queues in numba, scipy as reference and fallback, threads and memory.

What do I come here to change?
- one search from many sources, many bounded ones: _buckets, _heap, _scipy; which of them runs: _engine
- numba's guard: _numba, _prefetch; how much memory there is: _memory
"""
