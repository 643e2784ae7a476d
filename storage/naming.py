"""What the name of a paper tells: of which kind it is, and where its page is."""


def is_doi(paper_id: str) -> bool:
    """Whether it is a DOI: then arXiv and Hugging Face do not know the paper by it."""
    return paper_id.startswith("10.")


def address_of(paper_id: str) -> str:
    """Where its page is."""
    return f"https://doi.org/{paper_id}" if is_doi(paper_id) else f"https://arxiv.org/abs/{paper_id}"
