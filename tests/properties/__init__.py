"""What holds for every dialogue, checked with hypothesis.

Rules of this room: `strategies` makes valid HTTP/1 and knows what a reader must find in it; `reading` gives frames to
kacap. A test states one invariant in its first line; nothing here knows how kacap works inside.
"""
