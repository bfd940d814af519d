"""carecircle: who cannot reach care, which clause that breaks, and the cheapest way to mend it."""
