"""The command line: a product of its own (interface.md)."""
