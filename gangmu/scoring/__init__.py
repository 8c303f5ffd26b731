"""Stored rule books with versions and locks; scoring runs with their digests."""
