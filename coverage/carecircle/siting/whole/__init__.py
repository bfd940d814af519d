"""The whole plan mended: moves of every kind, every clause, the years, as one problem with proof.

What do I come here to change?
- what may be done, and to which facility: offers; what a set of moves makes of a study: deeds
- which moves go together: versions; what a clause asks of them: asks, by kind in sums and people
- the problem as a whole-number program: program; solved and judged in turn: search, judging
- the question as a planner asks it: mend; its years: phases; what cannot be: conflicts; the rest: front
"""
