"""What the command line prints.

What do I come here to change?
- a run's summary: summary; lists of plans, findings, changes and sites: listings
"""
