"""The committed captures, and the lab that records them."""
