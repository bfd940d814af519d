"""Rules held against what a study brought: outcomes, figures, reasons, ledgers.

What do I come here to change?
- a wrong share: measures_people (radius, time, response), ledger; a wrong count: measures_units, units
- a wrong total, ratio or load: measures_totals, figures; pass or fail of a figure: weighing, conclude
- what the study holds, laid out: evidence, ground; the verdict and its written shape: verdict, shapes
"""
