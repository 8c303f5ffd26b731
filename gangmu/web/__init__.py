"""The page frame and its components: tables, forms, charts, lamps, all from one set of tokens."""
