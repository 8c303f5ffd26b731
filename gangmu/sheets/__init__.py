"""Workbooks and CSV as cells that know their place: reading, typed parsing, marking, safe writing."""
