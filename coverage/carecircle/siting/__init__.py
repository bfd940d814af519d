"""Where to build next: the best sites, how good the best can be, and proof."""
