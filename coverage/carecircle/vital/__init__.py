"""What a study hangs on: the facilities and the roads whose loss would break a clause, and who would lose.

What do I come here to change?
- the whole question and its answer: study (`vital`), found (what it is)
- which facilities to close: closing; which alone would break a clause: single
- which streets a clause hangs on: streets; roads under water: flooded
- who loses what: losing
"""
