"""Where to build next: the best sites, how good the best can be, and proof.

What do I come here to change?
- what a planner may ask: means and moves (places, prices), needs (clauses), remedy (the whole question)
- what is refused, or told where nothing helps: needs, limits
- one model's formula: mclp, median, center, covering, partial, capacitated (all listed in models)
- ambulances, several at a station: fleets, and its models mexclp, double
- where the next of them stand: ambulances (the question), placing (what it says), stations, sent, unkept
- how it is searched: search (the loop), benders and cheapest (its masters), greedy, reduce, highs
- the whole plan mended, with years, conflicts and proof: whole
- options of every model: conditions (Terms), effort (seconds, gap, progress), options (both by name)
"""
