"""The tests mirror the rooms of kacap; scenarios, goldens, properties and fuzzing stand beside them."""
