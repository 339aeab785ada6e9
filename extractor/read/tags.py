"""What each tag does to the text, by the parser's numbers for tags."""

from enum import IntEnum

from selectolax.lexbor import LexborHTMLParser

__all__ = ["ACTS", "CELLS", "IMG", "INPUT", "INTRICATE", "SELECT", "TH", "THEAD", "Act"]


class Act(IntEnum):
    """What a tag does to the text; from BLOCK to LOWERED, leaving it does something too."""

    INLINE = 0
    TEXT = 1
    SKIP = 2
    BREAK = 3
    BLOCK = 4
    CELL = 5
    ROW = 6
    SECTION = 7
    TABLE = 8
    PRE = 9
    RAISED = 10
    LOWERED = 11
    PICTURE = 12  # no text, but something to see
    CONTROL = 13  # its text is what is filled in


_TAGS: dict[Act, str] = {
    Act.SKIP: "head script style noscript template audio map datalist noframes noembed title xmp",
    Act.BREAK: "br hr",
    Act.BLOCK: "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup legend li main menu nav ol p section summary ul",
    Act.CELL: "td th",
    Act.ROW: "tr",
    Act.SECTION: "thead tbody tfoot",
    Act.TABLE: "table",
    Act.PRE: "pre",
    Act.RAISED: "sup",
    Act.LOWERED: "sub",
    Act.PICTURE: "img iframe object embed applet svg math canvas video",
    Act.CONTROL: "input select textarea button",
}


def _acts() -> tuple[dict[int, int], dict[str, int]]:
    """The parser's number of each tag → what it does; and each tag's number."""
    tree = LexborHTMLParser("<body>")
    numbers = {name: tree.create_node(name).tag_id for names in _TAGS.values() for name in names.split()}
    # Plain ints: comparing them is what the walk does most.
    acts = {numbers[name]: int(act) for act, names in _TAGS.items() for name in names.split()}
    text = LexborHTMLParser("x").css_first("body")
    pieces = [] if text is None else list(text.iter(include_text=True))
    return acts | {piece.tag_id: int(Act.TEXT) for piece in pieces}, numbers


ACTS, _NUMBERS = _acts()
TH, THEAD = _NUMBERS["th"], _NUMBERS["thead"]
CELLS = frozenset((_NUMBERS["td"], TH))
IMG, INPUT, SELECT = _NUMBERS["img"], _NUMBERS["input"], _NUMBERS["select"]
# In a cell that holds one of these, the text is not just what stands in it.
INTRICATE = frozenset(number for number, act in ACTS.items() if act == Act.SKIP or act >= Act.RAISED)
