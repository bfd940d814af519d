"""Ambulances that are sometimes busy: which one answers, how long it takes, and when that is too long.

What do I come here to change?
- calls and who may answer them, in which order: calls; waiting lines without places: erlang
- busy shares, exactly: hypercube; for larger fleets: larson; which of the two runs: fleet
- mean and 90th percentile of the response: response; the busy share that calls make: made, and the one at
  which a limit is missed: turning
"""
