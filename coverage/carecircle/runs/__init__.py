"""Several years' runs beside each other, and a plan judged on its own figures.

What do I come here to change?
Several years' verdict files, their pace and where it leads: `progress`. A plan's published figures and named
facilities, and its verdicts on nothing else: `baseline`.
"""
