"""A small believable world for development: the same names everywhere."""
