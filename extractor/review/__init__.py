"""The review page: what was read, from where, what does not add up, and what a person decides about it.

Needs the extra `review`. Nothing here is imported by the rest of the package but by the command line and the service.
"""
