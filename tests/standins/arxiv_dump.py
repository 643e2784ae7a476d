"""Lines as arXiv's metadata dump has them."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def make_record(number: int = 1, **facts: Any) -> dict[str, Any]:
    """A record of the public dump; ``facts`` replace what stands there, None leaves it out."""
    record = {
        "id": f"0704.{number:04}",
        "submitter": "Pavel Nadolsky",
        "authors": "C. Bal\\'azs, E. L. Berger and C.-P. Yuan (Michigan State University)",
        "title": f"Calculation number {number} of prompt\n  diphoton production",
        "comments": "37 pages, 15 figures; published version",
        "journal-ref": "Phys.Rev.D76:013009,2007",
        "doi": "10.1103/PhysRevD.76.013009",
        "categories": "hep-ph cs.LG",
        "abstract": "  A fully differential calculation in perturbative quantum chromodynamics\nis presented.\n",
        "versions": [
            {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
            {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
        ],
        "update_date": "2008-11-26",
        "authors_parsed": [["Bal\\'azs", "C.", ""], ["Berger", "E. L.", "Jr."], ["Yuan", "C. -P.", "", "MSU"]],
    }
    return {name: value for name, value in (record | facts).items() if value is not None}


def as_line(record: object) -> bytes:
    return json.dumps(record).encode() + b"\n"


def as_lines(records: Iterable[object]) -> bytes:
    return b"".join(map(as_line, records))


def written(path: Path, body: bytes) -> Path:
    """``body`` in the file ``path``, compressed where its name ends in .gz."""
    path.write_bytes(gzip.compress(body) if path.suffix == ".gz" else body)
    return path
