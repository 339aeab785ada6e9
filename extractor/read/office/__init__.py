"""Office files: Word, WPS, Excel, saved web pages. Each module reads one kind and has `read_parts(data, limits)`."""
