"""Declared registers: fields, lines, stages, clocks, import and export. Knows nothing of figures."""
