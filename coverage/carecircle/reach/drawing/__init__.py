"""Fields and outlines that isochrones are drawn from; nothing here counts people.

What do I come here to change?
- times between streets: _field; the line around them: _outline
"""
