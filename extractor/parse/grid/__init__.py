"""Tables that are still tables: heads, lines, columns, rows."""
