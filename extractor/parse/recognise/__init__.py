"""Which form, whose report, which year."""
