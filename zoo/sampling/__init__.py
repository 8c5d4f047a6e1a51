"""Some of a dataset's pictures, drawn at random, and what they say of all of them."""
