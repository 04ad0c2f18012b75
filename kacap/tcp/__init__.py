"""Segments in, ordered bytes out: who opened, what was said in which order, what is missing, how it ended."""
