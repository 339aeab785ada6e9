"""Tables that have fallen apart into text: labels, regions, tokens, rows."""
