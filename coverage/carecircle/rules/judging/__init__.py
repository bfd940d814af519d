"""Rules held against what a study brought: outcomes, figures, reasons, ledgers.

What do I come here to change?
- a wrong share of residents: measures_people (radius, time), measures_chain, ledger
- a wrong response: measures_response, stations (turn-out, ambulances)
- a wrong share of facilities or areas, a wrong count: measures_units, units, conclude
- a wrong total, ratio or load: measures_totals, figures; pass or fail of a figure: weighing
- what the study holds, laid out: evidence, ground; the verdict and its written shape: verdict, shapes
- what a verdict assumes: assumed; how a figure is printed: shown
"""
