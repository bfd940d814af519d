"""OpenStreetMap files, made sound before anything reads them.

What do I come here to change?
- drafts, histories, order of a file: file; its ways as arrays: ways (osmium's own program: _ways_as_text)
- what an extract was read into once, beside it: store (it is made in inputs/storing)
"""
