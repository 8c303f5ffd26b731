"""Cycles: a locked rule book, frozen facts, scoring runs, results and their explanation."""
