"""A photograph and two paintings to try things on; see `NOTICE` for their authors."""

from pathlib import Path

from nst_tf.errors import unknown

__all__ = ["sample"]


def sample(name: str) -> Path:
    """The path of a bundled image.

    Args:
        name: `"neuschwanstein"` (photograph), `"great_wave"` or `"auvers"` (paintings).

    Raises:
        InputError: There is no such image.
    """
    folder = Path(__file__).parent
    known = sorted(path.stem for path in folder.glob("*.jpg"))
    if name not in known:
        raise unknown("sample", name, known)
    return folder / f"{name}.jpg"
