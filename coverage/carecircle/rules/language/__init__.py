"""What a plan file may say, and what it needs to know about reach.

What do I come here to change?
- the fields of a rule: rule; a plan file, its faults, the catalogue: plan; questions of reach: query
- facilities and projects a plan names: facilities, projects; where a rule's words stand: cited
- a plan against itself: consistency (known ones in known_inconsistencies.toml)
"""
