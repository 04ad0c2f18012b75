"""Ordered bytes in, exchanges out. Lenient: an oddity is noted on the message, never refused."""
