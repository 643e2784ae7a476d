"""The servers of preprints that are read by their API, and the subjects by which the operator chooses among theirs."""

import re
from difflib import get_close_matches

BIORXIV = "biorxiv"
MEDRXIV = "medrxiv"
ALL = "all"

_OF_BIORXIV = (
    "animal behavior and cognition, biochemistry, bioengineering, bioinformatics, biophysics, cancer biology, "
    "cell biology, clinical trials, developmental biology, ecology, epidemiology, evolutionary biology, genetics, "
    "genomics, immunology, microbiology, molecular biology, neuroscience, paleontology, pathology, pharmacology "
    "and toxicology, physiology, plant biology, scientific communication and education, synthetic biology, "
    "systems biology, zoology"
)
_OF_MEDRXIV = (
    "addiction medicine, allergy and immunology, anesthesia, cardiovascular medicine, dentistry and oral "
    "medicine, dermatology, emergency medicine, endocrinology, epidemiology, forensic medicine, gastroenterology, "
    "genetic and genomic medicine, geriatric medicine, health economics, health informatics, health policy, "
    "health systems and quality improvement, hematology, hiv aids, infectious diseases, intensive care and "
    "critical care medicine, medical education, medical ethics, nephrology, neurology, nursing, nutrition, "
    "obstetrics and gynecology, occupational and environmental health, oncology, ophthalmology, orthopedics, "
    "otolaryngology, pain medicine, palliative medicine, pathology, pediatrics, pharmacology and therapeutics, "
    "primary care research, psychiatry and clinical psychology, public and global health, radiology and imaging, "
    "rehabilitation medicine and physical therapy, respiratory medicine, rheumatology, sexual and reproductive "
    "health, sports medicine, surgery, toxicology, transplantation, urology"
)
SUBJECTS = {server: frozenset(names.split(", ")) for server, names in ((BIORXIV, _OF_BIORXIV), (MEDRXIV, _OF_MEDRXIV))}
"""As the servers list them in 2025, spelled as ``subject`` does."""

_BETWEEN = re.compile(r"[\W_]+")


def subject(name: str) -> str:
    """The one spelling of a subject: small letters, one space between words, as in ``cell biology``, ``hiv aids``."""
    return _BETWEEN.sub(" ", name).strip().lower()


def read_subjects(text: str, server: str) -> frozenset[str]:
    """The subjects in a list that is parted by commas; all that there are where one of them is ``all``.

    Raises:
        ValueError: what is wrong with ``text``, in words that follow its name.
    """
    known = SUBJECTS[server]
    wanted = {name for name in map(subject, text.split(",")) if name}
    for name in sorted(wanted - known - {ALL}):
        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; write {ALL}, or subjects parted by commas"
        raise ValueError(f"names {name!r}, which is no subject there{hint}")
    return frozenset({ALL}) if ALL in wanted else frozenset(wanted)
