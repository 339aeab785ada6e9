"""The left side of the page: the source as it is, and where in it every figure stands."""
