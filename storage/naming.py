"""What the name of a paper tells: of which kind it is, and where its page is."""

import re

ANTHOLOGY = "10.18653/v1/"
"""How the DOIs of the ACL's papers begin; the rest is the id in its Anthology. Its other papers are named so, too."""

_OLD_ANTHOLOGY_ID = re.compile(r"[a-z]\d\d-\d{4}", re.ASCII)


def is_doi(paper_id: str) -> bool:
    """Whether it is a DOI: then arXiv and Hugging Face do not know the paper by it."""
    return paper_id.startswith("10.")


def anthology_id(paper_id: str) -> str | None:
    """How the ACL Anthology calls a paper of its own (``2025.acl-long.1``, ``P18-1024``)."""
    if not paper_id.startswith(ANTHOLOGY):
        return None
    own = paper_id.removeprefix(ANTHOLOGY)
    return own.upper() if _OLD_ANTHOLOGY_ID.fullmatch(own) else own


def address_of(paper_id: str) -> str:
    """Where its page is."""
    if own := anthology_id(paper_id):
        return f"https://aclanthology.org/{own}"
    return f"https://doi.org/{paper_id}" if is_doi(paper_id) else f"https://arxiv.org/abs/{paper_id}"
