"""Rule book → plan → results. Pure Python: no Django, no clock, no network."""
