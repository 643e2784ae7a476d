"""While a great many papers pass through, Python looks for garbage seldom; afterwards as before."""

import gc
from contextlib import suppress

from storage.garbage import looked_for_seldom


def test_garbage_is_looked_for_seldom_and_afterwards_as_before_whatever_happened() -> None:
    before = gc.get_threshold()
    with suppress(ValueError), looked_for_seldom():
        during = gc.get_threshold()
        raise ValueError("broken")
    assert during[0] > 100 * before[0]
    assert gc.get_threshold() == before
