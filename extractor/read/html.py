from extractor.read.document import Grid
from extractor.read.limits import Limits
def read_html(text: str, limits: Limits) -> tuple[str, tuple[Grid, ...], tuple[str, ...]]:
    from selectolax.lexbor import LexborHTMLParser
    return LexborHTMLParser(text).root.text(separator="\n"), (), ()
