"""From results of many reports to a panel: bodies over years, editions made comparable, doubts kept beside values."""
