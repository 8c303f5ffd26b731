"""Results that whoever is given them can recompute: the bundle, its plan as data, and a program of one page."""
