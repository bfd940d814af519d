"""Rules held against what a study brought: outcomes, figures, reasons, ledgers.

What do I come here to change?
- a wrong share of residents: measures_people (radius, time), measures_chain, ledger
- a wrong response: measures_response, stations (turn-out, ambulances)
- a wrong share of facilities or areas, a wrong count: measures_units, units, conclude
- a wrong total or ratio: measures_totals, figures; a wrong load: measures_load; pass or fail: weighing
- which rules a county is asked: asked; either way: ways; a prefecture county by county: counties
- what the study holds, laid out: evidence, ground; the verdict, its parts and written shape:
  verdict, parts, written, shapes
- what a verdict assumes: assumed; how a figure is printed: shown; its line to the target: track
"""
