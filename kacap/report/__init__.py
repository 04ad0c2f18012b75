"""What is said: the frozen tree of plain data that renderers know, and how it is put together."""
