"""Which of arXiv's announcements the operator names: categories and kinds, parted by spaces or commas."""

from storage import categories

KINDS = ("new", "cross", "replace", "replace-cross")
"""As arXiv's feeds call them."""


def read_categories(text: str) -> tuple[str, ...]:
    """The categories, as arXiv spells them.

    Raises:
        ValueError: what is wrong with ``text``, in words that follow its name.
    """
    found = []
    for code in _listed(text):
        spelled = categories.spelled(code)
        if spelled is None:
            near = next(iter(categories.nearest(code)), None)
            hint = f"; did you mean {near}?" if near else ""
            raise ValueError(f"names {code!r}, which is no category of arXiv's{hint}")
        found.append(spelled)
    return tuple(found)


def read_kinds(text: str) -> tuple[str, ...]:
    """The kinds of announcements. Raises ValueError, as ``read_categories``."""
    for kind in _listed(text):
        if kind not in KINDS:
            raise ValueError(f"names {kind!r}; it may name {', '.join(KINDS)}")
    return _listed(text)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())
