"""The harness: label files, scoring cell by cell, runs, comparisons. What users score their own reports with."""
