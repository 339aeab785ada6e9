"""Reviewing what was extracted: the page that shows it, decisions of people and what follows from them, and overviews
over many reports. The page needs the extra `review`."""
