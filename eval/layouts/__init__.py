"""The layouts that real reports come in, one function each: paper and generator of chance to text."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from eval.layouts import html, lines, markdown
from eval.sheets import Paper

__all__ = ["LAYOUTS", "Layout"]


@dataclass(frozen=True)
class Layout:
    """`drops_blanks`: blank boxes leave no trace, so positions are lost. `prose`: the tables are gone.

    `glued`: figures stand side by side with nothing between.
    """

    name: str
    suffix: str
    render: Callable[[Paper, Random], str]
    drops_blanks: bool = False
    prose: bool = False
    glued: bool = False


LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("html", ".html", html.clean),
        Layout("html-word", ".html", html.word),
        Layout("html-cms", ".html", html.cms),
        Layout("html-lying", ".html", html.lying),
        Layout("html-mini", ".html", html.mini),
        Layout("markdown", ".md", markdown.pipes),
        Layout("markdown-torn", ".md", markdown.torn, drops_blanks=True),
        Layout("pipe", ".txt", lines.pipe, drops_blanks=True),
        Layout("tab", ".txt", lines.tab),
        Layout("tab-shift", ".txt", lines.tab_shift),
        Layout("cell-lines", ".txt", lines.cell_lines, drops_blanks=True),
        Layout("spaces", ".txt", lines.spaces, drops_blanks=True),
        Layout("plain", ".txt", lines.plain, drops_blanks=True),
        Layout("glued", ".txt", lines.glued, drops_blanks=True, glued=True),
        Layout("prose", ".txt", lines.prose, prose=True),
    )
}
