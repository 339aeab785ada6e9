"""What a form control or a picture shows where a figure may stand."""

from selectolax.lexbor import LexborNode

from extractor.read.tags import INPUT, SELECT

__all__ = ["SEEN", "filled_in"]

# What stands for something to see that is no text.
SEEN = "[图]"
_TICKED = "[控件]"
_SILENT_INPUTS = ("hidden", "password", "file")


def filled_in(control: LexborNode) -> str:
    """The text that a control shows."""
    if control.tag_id == INPUT:
        attributes = control.attributes
        kind = (attributes.get("type") or "").lower()
        if kind in ("checkbox", "radio"):
            return _TICKED
        if kind == "image":
            return SEEN
        return "" if kind in _SILENT_INPUTS else " ".join((attributes.get("value") or "").split())
    shown: LexborNode | None = control
    if control.tag_id == SELECT:
        shown = control.css_first("option[selected]") or control.css_first("option")
    return "" if shown is None else " ".join(shown.text().split())
