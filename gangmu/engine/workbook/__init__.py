"""A rule book as a workbook that an officer can edit without seeing YAML, and back."""
