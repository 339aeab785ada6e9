"""Bulk runs: files without number in, tables out; one machine or a cluster; killed and started again, it goes on.

A run is a list of tasks. A task makes one shard (a file in each table's folder) from its files, wherever the engine
puts it, and commits it by renaming. What is committed stands in the shard's ledger; nothing else has to be remembered.
"""
