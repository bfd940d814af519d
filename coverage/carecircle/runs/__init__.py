"""Runs beside each other, and a plan judged on its own figures.

What do I come here to change?
Two written verdict files and why they differ: `compare`. Several years' files, their pace and where it leads:
`progress`. A plan's published figures and named facilities, and its verdicts on nothing else: `baseline`.
"""
