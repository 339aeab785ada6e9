"""Reviewing what was extracted: decisions of people, and what follows from them; overviews over many reports."""
