"""A picture of a venue's state as bytes, and back.

In: what ``Records.capture`` gives. Out: bytes; the same again. Never knows: files, which state it is.
Follows "snapshots" of the journal: a picture only shortens the way, the journal stays the truth, so a picture of
another version is passed over and nothing needs to read the pictures of the past.

The bytes are a pickle that may name nothing but the classes of the state itself: reading one can build those
objects and run no other code.
"""

import io
import pickle

from base.errors import RecoveryFailed

VERSION = "5"
"""Changes with every change of what is kept in the classes below."""

ROOMS = (
    "base.exchange.", "base.gateway.reports", "base.gateway.ouch_orders", "base.gateway.translate_ouch",
    "base.matching.", "base.risk.", "base.vocabulary.",
)  # fmt: skip
BUILT_IN = {("builtins", "set"), ("collections", "deque"), ("fractions", "Fraction")}


def image_of(captured: tuple[object, ...]) -> bytes:
    """Give the picture as bytes."""
    return pickle.dumps(captured, protocol=5)


def captured_in(image: bytes) -> tuple[object, ...]:
    """Give what the picture shows; RecoveryFailed when the bytes are no such picture."""
    try:
        captured = _Reader(io.BytesIO(image)).load()
    except (pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError, TypeError, ValueError) as error:
        raise RecoveryFailed(f"the picture cannot be read: {type(error).__name__}: {error}") from error
    if not isinstance(captured, tuple):
        raise RecoveryFailed("the picture shows something else than a venue")
    return captured


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        if (module, name) not in BUILT_IN and not (module.startswith(ROOMS) and "." not in name):
            raise pickle.UnpicklingError(f"{module}.{name} has no place in the state of a venue")
        found = super().find_class(module, name)
        if not isinstance(found, type):
            raise pickle.UnpicklingError(f"{module}.{name} is no class")
        return found
