"""What a paper is called: one canonical arXiv id, else its DOI, whatever it came as.

Two schemes (arXiv's "Understanding the arXiv identifier"): since April 2007 ``YYMM.number``, four digits until December
2014 and five since; before, ``archive/YYMMnnn``, sometimes with a subject class that is no part of the identity. An id
is text, never a number: ``2503.02130`` read as one loses its last zero and names nothing.

A paper beyond arXiv is called by its DOI in small letters, since DOIs do not tell capitals from small ones (DOI
Handbook, 2.4). Those that a button of a message cannot carry are refused: old ones with semicolons and angle brackets,
and the longest. A paper of the ACL Anthology is called by the DOI that the ACL makes of its id there, registered or
not: not all of its events get one, and none at once.
"""

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from bot.core.text import clean
from bot.errors import InvalidInput
from storage.naming import ANTHOLOGY
from storage.records import PaperId

LONGEST = 500
"""Characters of an input that can still be an address of a paper."""
DOI = r"10\.[0-9]{4,9}/[a-z0-9._()/-]{1,50}"
"""A DOI as a paper may be called by it, as a regular expression."""
ARCHIVES = (
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga "
    "funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol physics plasm-ph "
    "q-alg q-bio quant-ph solv-int supr-con"
)
"""Every archive that ever gave out ids of the old scheme, those that were merged into others included."""

_ARCHIVE = "|".join(ARCHIVES.split())
_NEW = re.compile(r"(\d\d)(\d\d)\.(\d+)(?:v([1-9]\d{0,3}))?", re.ASCII | re.IGNORECASE)
_OLD = re.compile(
    rf"({_ARCHIVE})(?:\.[a-z-]{{2,}})?/(\d\d)(\d\d)(\d{{3}})(?:v([1-9]\d{{0,3}}))?", re.ASCII | re.IGNORECASE
)
_IN_TEXT = re.compile(
    r"(?:(?<=arxiv\.)|(?<![\w.]))"
    rf"(\d{{4}}\.\d{{4,5}}|(?:{_ARCHIVE})(?:\.[a-z]{{2}})?/\d{{7}})"
    r"(?:v\d{1,4})?(?![\w]|\.\d)",
    re.ASCII | re.IGNORECASE,
)
_PREFIX = re.compile(r"(?:arxiv\s*[:/]\s*|doi\s*:\s*)", re.IGNORECASE)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.", re.IGNORECASE)
_OTHER_DOI = re.compile(r"10\.\d{4,9}/\S+", re.ASCII)
_PREPRINT = re.compile(r"/content/(?:early/\d{4}/\d\d/\d\d/)?(10\.\d{4,9}/\d[\d.]*\d)(?:v\d.*|[./].*)?", re.ASCII)
_CLASS = re.compile(r"\s+\[[A-Za-z.-]{2,20}\]\Z")
_PAGE = re.compile(
    r"/(?:api/)?(?:abs|pdf|html|format|ps|src|e-print|overview|papers|arxiv|resources|blog)/(.+)\Z", re.IGNORECASE
)
_HOSTS = re.compile(
    r"(?:[a-z]{2,9}\.)?arxiv\.org|ar5iv\.(?:labs\.arxiv\.org|org)|(?:www\.)?alphaxiv\.org|(?:www\.)?huggingface\.co|hf\.co"
)
_DOI_HOSTS = frozenset({"doi.org", "dx.doi.org", "www.doi.org"})
_PREPRINT_HOSTS = frozenset({"biorxiv.org", "www.biorxiv.org", "medrxiv.org", "www.medrxiv.org"})
_ANTHOLOGY_HOSTS = frozenset({"aclanthology.org", "www.aclanthology.org", "aclweb.org", "www.aclweb.org"})
_ANTHOLOGY_PAGE = re.compile(
    r"/(?:anthology/)?([A-Z]\d\d-\d{4}|(?:19|20)\d\d\.[a-z0-9]{1,20}-[a-z0-9]{1,20}\.\d{1,4})(?:v\d)?(?:\.pdf)?",
    re.ASCII | re.IGNORECASE,
)
_EXAMPLES = (
    "Write an arXiv id such as 2503.01234 or hep-th/9901001, the address of its arXiv or Hugging Face page, or its DOI."
)

FIRST_NEW = (7, 4)
FIRST_FIVE_DIGITS = (15, 1)
FIRST_OLD_YEAR = 91
LAST_NEW_YEAR = 90
"""Two digits tell a century only as long as no year of the new scheme reaches the years of the old one."""


class _Name(NamedTuple):
    id: PaperId
    version: int | None


def parse_paper_id(text: str) -> PaperId:
    """The canonical id of the paper that ``text`` names: an arXiv id, a DOI, or an address of one, in any spelling.

    Raises:
        InvalidInput: it names none; the message says what to write instead.
    """
    return _parse(text).id


def parse_version(text: str) -> int | None:
    """The version that ``text`` names, or None where it names the paper as such.

    Raises:
        InvalidInput: as for ``parse_paper_id``.
    """
    return _parse(text).version


def find_paper_ids(text: str) -> tuple[PaperId, ...]:
    """The ids that stand in free text, in the order of their first mention; what only resembles one is passed over."""
    found: dict[PaperId, None] = {}
    for mention in _IN_TEXT.finditer(text):
        try:
            found[_canonical(mention.group(1), mention.group(1)).id] = None
        except InvalidInput:
            continue  # a number of another kind
    return tuple(found)


def _parse(text: str) -> _Name:
    shown = clean(text, 80)
    if not shown:
        raise InvalidInput(f"No paper was named. {_EXAMPLES}")
    if len(text) > LONGEST:
        raise InvalidInput(f"“{shown}” is too long to name a paper. {_EXAMPLES}")
    rest = _CLASS.sub("", clean(text)).strip("<>()[]\"'`“”.,; ")
    rest = _PREFIX.sub("", rest, count=1)
    if "/" in rest and (address := _address(rest)) is not None:
        rest = address
    if _OTHER_DOI.fullmatch(rest) and not _ARXIV_DOI.match(rest):
        return _Name(_doi(rest, shown), None)
    return _canonical(_ARXIV_DOI.sub("", rest, count=1), shown)


def _doi(name: str, shown: str) -> PaperId:
    name = name.lower() + ")" * (name.count("(") - name.count(")"))  # those that ended a sentence, or the DOI
    if re.fullmatch(DOI, name) is None:
        raise InvalidInput(f"“{shown}” is a DOI too long or with signs too rare to be used here. {_EXAMPLES}")
    return PaperId(name)


def _address(text: str) -> str | None:
    """The id in the path of an address that shows papers, as it stands there; None where ``text`` is no address."""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    path = unquote(parts.path).rstrip("/")
    if host in _DOI_HOSTS:
        return path.lstrip("/")
    if host in _PREPRINT_HOSTS and (page := _PREPRINT.fullmatch(path)):
        return page.group(1)
    if host in _ANTHOLOGY_HOSTS and (page := _ANTHOLOGY_PAGE.fullmatch(path)):
        return ANTHOLOGY + page.group(1)
    if _HOSTS.fullmatch(host):
        page = _PAGE.fullmatch(path)
        name = page.group(1) if page else path.lstrip("/")
        return re.sub(r"\.(?:pdf|html?)\Z", "", name, flags=re.IGNORECASE)
    if "://" in text:
        raise InvalidInput(
            f"“{clean(text, 80)}” is not an address of arXiv, alphaXiv, Hugging Face, bioRxiv, medRxiv, the ACL "
            f"Anthology or doi.org. {_EXAMPLES}"
        )
    return None


def _canonical(name: str, shown: str) -> _Name:
    if new := _NEW.fullmatch(name):
        year, month, number, version = new.groups()
        _check_month(shown, month)
        _check_new(shown, f"{year}{month}", number)
        return _Name(PaperId(f"{year}{month}.{number}"), int(version) if version else None)
    if old := _OLD.fullmatch(name):
        archive, year, month, number, version = old.groups()
        _check_month(shown, month)
        if FIRST_NEW <= (int(year), int(month)) < (FIRST_OLD_YEAR, 1):
            raise InvalidInput(
                f"“{shown}” is not an arXiv id: no paper got one of this kind after March 2007. {_EXAMPLES}"
            )
        return _Name(PaperId(f"{archive.lower()}/{year}{month}{number}"), int(version) if version else None)
    raise InvalidInput(f"“{shown}” does not name a paper. {_EXAMPLES}")


def _check_month(shown: str, month: str) -> None:
    if not "01" <= month <= "12":
        raise InvalidInput(f"“{shown}” is not an arXiv id: there is no month {month}. {_EXAMPLES}")


def _check_new(shown: str, issued: str, number: str) -> None:
    when = (int(issued[:2]), int(issued[2:]))
    if not FIRST_NEW <= when <= (LAST_NEW_YEAR, 12):
        raise InvalidInput(f"“{shown}” is not an arXiv id: ids of this kind begin with 0704 (April 2007). {_EXAMPLES}")
    wanted = 5 if when >= FIRST_FIVE_DIGITS else 4
    if len(number) == wanted:
        return
    if len(number) < wanted:
        whole = f"{issued}.{number.ljust(wanted, '0')}"
        raise InvalidInput(
            f"“{shown}” is not an arXiv id: {wanted} digits follow the point, here are {len(number)}. "
            f"A zero may have been lost at the end (some programs read an id as a number): did you mean {whole}?"
        )
    raise InvalidInput(
        f"“{shown}” is not an arXiv id: {wanted} digits follow the point, here are {len(number)}. {_EXAMPLES}"
    )
