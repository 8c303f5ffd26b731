"""One catalogue of figures: series, ledger queries, formulas and registered sources, each with its trace."""
