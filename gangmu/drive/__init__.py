"""The week: supervision items, replies, urging, lamps by rule."""
