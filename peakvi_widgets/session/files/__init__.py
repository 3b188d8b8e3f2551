"""A session on disk: what a file holds, how it is written whole, and how it is checked."""
