"""The goal tree: targets with owners, cascade to units, posts and people, lamps."""
