"""The next step's batch, made in a thread of its own while the network learns from this one's.

What mixes and transforms spends its time in torch and NumPy, which let go of Python's lock: on a second core,
or while an accelerator works, a batch costs next to nothing. A batch depends on its step alone, so it does
not matter when, or in which thread, it is made.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Batch = TypeVar("Batch")


class LookAhead(Generic[Batch]):
    """Has the batch of a step ready where it was begun before, or makes it.

    Parameters
    ----------
    make
        Makes the batch of a step; called in the other thread, for one step at a time.
    """

    def __init__(self, make: Callable[[int], Batch]) -> None:
        """Begin with nothing made."""
        self._make = make
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="look-ahead")
        self._begun: tuple[int, Future[Batch]] | None = None

    def begin(self, step: int) -> None:
        """Begin to make the batch of a step, and return at once."""
        self._begun = (step, self._thread.submit(self._make, step))

    def take(self, step: int) -> Batch:
        """Return the batch of a step; what ``make`` raises is raised here."""
        begun, self._begun = self._begun, None
        if begun is not None and begun[0] == step:
            return begun[1].result()
        return self._thread.submit(self._make, step).result()
