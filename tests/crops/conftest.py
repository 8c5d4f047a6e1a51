"""Pictures to crop: real photographs, and drawn ones of every shape and mode that is met."""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PLACES = (("foolbox", "data"), ("sklearn", "datasets/images"))


def photographs() -> list[Path]:
    """Return the photographs that two installed packages ship, from ImageNet and elsewhere."""
    found: list[Path] = []
    for package, folder in PLACES:
        spec = find_spec(package)
        assert spec is not None and spec.origin is not None, f"the demo extra has {package}"
        found += sorted((Path(spec.origin).parent / folder).glob("*.jpg"))
    assert len(found) == 22
    return found


def drawn() -> dict[str, bytes]:
    """Draw pictures of shapes and modes that photographs seldom have."""
    random = np.random.default_rng(11)

    def noise(*shape: int) -> Image.Image:
        return Image.fromarray(random.integers(0, 256, shape, dtype=np.uint8))

    pictures = {
        "grey.jpg": noise(60, 90),
        "cmyk.jpg": noise(90, 60, 3).convert("CMYK"),
        "alpha.png": noise(70, 70, 4),
        "palette.png": noise(60, 80, 3).quantize(16),
        "one bit.png": noise(60, 80).convert("1"),
        "deep.png": Image.fromarray(random.integers(0, 65_536, (50, 70), dtype=np.uint16)),
        "pixel.png": noise(1, 1, 3),
        "tiny.jpg": noise(3, 2, 3),
        "wide.jpg": noise(7, 1500, 3),
        "tall.png": noise(1500, 7, 3),
        "square.jpg": noise(224, 224, 3),
    }
    return {name: _file(image, name) for name, image in pictures.items()}


def _file(image: Image.Image, name: str) -> bytes:
    stream = io.BytesIO()
    image.save(stream, {"jpg": "JPEG", "png": "PNG"}[name[-3:]])
    return stream.getvalue()


@pytest.fixture(scope="session")
def files() -> dict[str, bytes]:
    """Return picture files by name: photographs first, then drawn ones."""
    return {path.name: path.read_bytes() for path in photographs()} | drawn()
