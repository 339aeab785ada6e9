"""`python -m extractor.cli` does what `gouji` does."""

from extractor.cli import main

main()
