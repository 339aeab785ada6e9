"""The batch service: documents come in over HTTP, and each yields exactly one result, whatever happens meanwhile."""
