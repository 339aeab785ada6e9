"""Reports as tables: what the columns are, from reports to rows and back, and rows as Arrow and Parquet."""
