"""Exchanges in, judgement out: pure functions over finished records. One rule is one row in a table."""
