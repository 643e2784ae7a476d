"""Small PDFs written by hand: what stands on a page is given as the operators that paint it."""

import zlib

Page = tuple[str, ...]
RESOURCES = "/Resources << /Font << /F1 3 0 R >> >>"


def line(text: str, *, y: int = 700, x: int = 72, size: float = 11, paint: str = "0 g", mode: int = 0) -> str:
    """One line of Helvetica; ``paint`` sets its colour, ``mode`` its text rendering mode (3 paints nothing)."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"q {paint} BT /F1 {size} Tf {mode} Tr {x} {y} Td ({escaped}) Tj ET Q"


def box(x: int, y: int, width: int, height: int, paint: str = "0 0 0.5 rg") -> str:
    """A filled rectangle."""
    return f"q {paint} {x} {y} {width} {height} re f Q"


def make_pdf(*pages: Page, more: str = "", packed: bool = False) -> bytes:
    """A PDF whose pages are painted by ``pages``; ``more`` goes into its trailer."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    streams: dict[int, bytes] = {}
    kids = []
    for page in pages:
        stream = "\n".join(page).encode("latin-1")
        stream = zlib.compress(stream) if packed else stream
        number = len(objects) + 1
        flate = " /Filter /FlateDecode" if packed else ""
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {number + 1} 0 R {RESOURCES} >>",
            f"<< /Length {len(stream)}{flate} >>",
        ]
        streams[number + 1] = stream
        kids.append(f"{number} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\n".encode()
        if number in streams:
            out += b"stream\n" + streams[number] + b"\nendstream\n"
        out += b"endobj\n"
    at = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {more} >>\nstartxref\n{at}\n%%EOF\n".encode()
    return bytes(out)
