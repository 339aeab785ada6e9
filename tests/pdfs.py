"""PDFs made by hand, byte by byte, for tests: text in a font that every reader knows, rulings, fills, pictures."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Page", "pdf"]

WIDTH, HEIGHT = 595, 842


@dataclass
class Page:
    """A page drawn with its origin at the top left. `rotate`: in degrees; `crop`: as PDF has it, from the bottom left.

    `font`: "song" is real text, "mute" a font that does not say what its characters are.
    """

    width: int = WIDTH
    height: int = HEIGHT
    rotate: int = 0
    crop: tuple[float, float, float, float] | None = None
    parts: list[str] = field(default_factory=list)

    def text(
        self, x: float, y: float, text: str, size: float = 10, font: str = "song", matrix: str = "1 0 0 1"
    ) -> None:
        """`text` with its baseline at y."""
        data = text.encode("utf-16-be").hex()
        self.parts.append(f"BT /{font} {size} Tf {matrix} {x} {self.height - y} Tm <{data}> Tj ET")

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.parts.append(f"{x0} {self.height - y0} m {x1} {self.height - y1} l S")

    def rectangle(self, x0: float, y0: float, x1: float, y1: float, operator: str = "f", colour: str = "1 1 1") -> None:
        self.parts.append(f"q {colour} rg {x0} {self.height - y1} {x1 - x0} {y1 - y0} re {operator} Q")

    def table(self, xs: Sequence[float], ys: Sequence[float], rows: Sequence[Sequence[str]]) -> None:
        """A ruled table; text in the middle of each cell's height."""
        for y in ys:
            self.line(xs[0], y, xs[-1], y)
        for x in xs:
            self.line(x, ys[0], x, ys[-1])
        self.fill(xs, ys, rows)

    def fill(self, xs: Sequence[float], ys: Sequence[float], rows: Sequence[Sequence[str]]) -> None:
        for row, top, bottom in zip(rows, ys, ys[1:], strict=False):
            for text, x in zip(row, xs, strict=False):
                if text:
                    self.text(x + 3, (top + bottom) / 2 + 4, text)

    def picture(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.parts.append(f"q {x1 - x0} 0 0 {y1 - y0} {x0} {self.height - y1} cm /dots Do Q")


def pdf(*pages: Page, encrypt: bytes = b"", packed: bool = False) -> bytes:
    """The document. Objects: 1 catalogue, 2 pages, 3 to 8 fonts and a picture, then two for each page."""
    song = (
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering "
        "(GB1) /Supplement 2 >> /FontDescriptor 5 0 R /DW 1000 /W [1 95 500 814 939 500] >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
        "/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    )
    mute = (
        "<< /Type /Font /Subtype /Type0 /BaseFont /Mute /Encoding /Identity-H /DescendantFonts [7 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Mute /CIDSystemInfo << /Registry (Adobe) /Ordering "
        "(Identity) /Supplement 0 >> /FontDescriptor 5 0 R /DW 1000 /CIDToGIDMap /Identity >>",
    )
    kids = " ".join(f"{9 + 2 * number} 0 R" for number in range(len(pages)))
    dots = bytes(range(0, 256, 4))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        *(one.encode() for one in (*song, *mute)),
        b"<< /Type /XObject /Subtype /Image /Width 8 /Height 8 /BitsPerComponent 8 /ColorSpace /DeviceGray "
        b"/Length 64 >>\nstream\n" + dots + b"\nendstream",
    ]
    for number, page in enumerate(pages):
        crop = "" if page.crop is None else "/CropBox [{} {} {} {}]".format(*page.crop)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page.width} {page.height}] {crop} /Rotate {page.rotate} "
            f"/Contents {10 + 2 * number} 0 R /Resources << /Font << /song 3 0 R /mute 6 0 R >> "
            "/XObject << /dots 8 0 R >> >> >>".encode()
        )
        content = "\n".join(page.parts).encode()
        if packed:
            content = zlib.compress(content)
        how = b"/Filter /FlateDecode " if packed else b""
        objects.append(b"<< %s/Length %d >>\nstream\n%s\nendstream" % (how, len(content), content))
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, encrypt, start)
    return bytes(out)
