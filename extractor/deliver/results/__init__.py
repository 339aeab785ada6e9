"""Results as they lie on disk, read back: JSON of `gouji extract`, or a folder of Parquet tables."""
