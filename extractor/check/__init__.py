"""Checking: every identity on the values as printed, prose against table, and what the document itself has wrong.

Nothing is mended here. A finding names all operands, and the figures to blame where the identities together tell them.
"""

from extractor.check.findings import findings, verdict

__all__ = ["findings", "verdict"]
