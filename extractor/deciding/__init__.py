"""What people decide about reports: the log that it is kept in, and reports with it applied."""
