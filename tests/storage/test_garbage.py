"""While a great many papers pass through, Python looks for garbage seldom; afterwards as before."""

import gc

import pytest

from storage.garbage import looked_for_seldom


def test_garbage_is_looked_for_seldom_and_afterwards_as_before_whatever_happened() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="broken"), looked_for_seldom():
        assert gc.get_threshold()[0] > 100 * before[0]
        raise ValueError("broken")
    assert gc.get_threshold() == before
