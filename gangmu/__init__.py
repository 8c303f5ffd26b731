"""Gangmu (纲目): a district's year of goals, from records to figures, scores and documents."""

__version__ = "0.1.0"
