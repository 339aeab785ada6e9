"""The pages: routes, templates, one script, one style sheet. Nothing is loaded from elsewhere."""
