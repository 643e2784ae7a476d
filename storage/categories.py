"""arXiv's categories: which codes exist, which are two names of one subject, and which archive each belongs to."""

from difflib import get_close_matches
from functools import lru_cache

_ARCHIVES = {
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE NI OH OS PF PL RO SC "
    "SD SE SI SY",
    "stat": "AP CO ME ML OT TH",
    "eess": "AS IV SP SY",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA RT SG SP ST",
    "econ": "EM GN TH",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph flu-dyn gen-ph "
    "geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "nlin": "AO CD CG PS SI",
}
_SINGLE = ("gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nucl-ex", "nucl-th", "quant-ph")
_SAME = (
    ("cs.SY", "eess.SY"),
    ("math.MP", "math-ph"),
    ("stat.TH", "math.ST"),
    ("math.IT", "cs.IT"),
    ("q-fin.EC", "econ.GN"),
    ("cs.NA", "math.NA"),
)
"""Subjects that stand in two archives (arXiv's taxonomy): a paper under either name is found under both."""

ARCHIVES = frozenset((*_ARCHIVES, *_SINGLE))
CODES = frozenset((*_SINGLE, *(f"{archive}.{code}" for archive, codes in _ARCHIVES.items() for code in codes.split())))

_MOST_MEANT = 4

_BY_LOWER = {code.lower(): code for code in (*ARCHIVES, *CODES)}
_TWIN = {a.lower(): b.lower() for pair in _SAME for a, b in (pair, pair[::-1])}


def spelled(code: str) -> str | None:
    """``code`` as arXiv writes it (``cs.lg`` is ``cs.LG``), or None where there is none such."""
    return _BY_LOWER.get(code.lower())


@lru_cache(maxsize=1024)
def codes_of(code: str) -> frozenset[str]:
    """All that a paper of category ``code`` is found under, in small letters: its names and the archives of them."""
    names = {name for name in (code.lower(), _TWIN.get(code.lower())) if name}
    return frozenset((*names, *(name.partition(".")[0] for name in names)))


def nearest(code: str) -> tuple[str, ...]:
    """The categories that were probably meant where arXiv has none named ``code``, the likeliest first.

    Nothing where it has one, or none is near.
    """
    if spelled(code.removesuffix(".*")) is not None:
        return ()
    wanted = code.lower()
    close = get_close_matches(wanted, _BY_LOWER, n=_MOST_MEANT, cutoff=0.75)
    begun = [found for found in close if wanted.startswith(found) or found.startswith(wanted)]
    return tuple(_BY_LOWER[found] for found in dict.fromkeys((*begun, *close)))


def beginning_with(start: str) -> tuple[str, ...]:
    """The archives and categories whose codes begin with ``start``, in the order of the alphabet."""
    return tuple(sorted(code for lower, code in _BY_LOWER.items() if lower.startswith(start.lower())))
