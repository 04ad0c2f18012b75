"""Small captures of real programs, and the lab that records them."""
