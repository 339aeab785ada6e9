"""Workbooks: reports that look like the statutory form, and tables. Needs XlsxWriter."""
