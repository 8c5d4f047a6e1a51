"""The usual suspects: one table of named changes to how a page documents that it evaluates.

Each has made a published accuracy look wrong: mean and std of another family (timm#321), 0 to 255
and BGR from Caffe, crop and size of training instead of testing (timm, DeiT), interpolation
(vision#5958, mmpretrain#24), the averaged weights (VAN-Classification#2), a network left in
training mode. What is changed is one thing at a time, but for what goes together: the source's own
preprocessing, and what Caffe does. Labels are in ``zoo.diagnosis.readings``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from zoo.diagnosis.conditions import Conditions
from zoo.subject import Preprocessing

Three = tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Suspect:
    """One change of the documented conditions.

    Attributes:
        id: kebab-case; names the kind of change.
        words: the change, as it follows on "with".
        instead: what is documented, in the same form.
    """

    id: str
    words: str
    instead: str
    conditions: Conditions

    @property
    def adapts(self) -> bool:
        """Whether it makes up for other mistakes than its own, as batch statistics do."""
        return self.conditions.training


@dataclass(frozen=True, slots=True)
class Known:
    """What else is known of a model that may suggest a suspect.

    Attributes:
        own: the source's own preprocessing for the documented weights file; ``by`` says whose.
        sizes: sides of the square inputs that the source has for this network.
        weights: the key of the state dict that was taken; ``others`` those passed over.
    """

    own: Preprocessing | None = None
    by: str = ""
    sizes: tuple[int, ...] = ()
    weights: str = ""
    others: tuple[str, ...] = ()


def _three(*parts: str) -> Three:
    return tuple(Decimal(part) for part in (parts * 3)[:3])


_IMAGENET = _three("0.485", "0.456", "0.406")
_BYTE = _three("0.00392156862745098")  # 1/255: values of 0 to 255 are divided by 1
# Mean and std of the pretrained families, as timm's data/constants.py has them.
NORMALISATIONS: tuple[tuple[Three, Three], ...] = (
    (_IMAGENET, _three("0.229", "0.224", "0.225")),
    (_three("0.5"), _three("0.5")),
    (_three("0"), _three("1")),
    (
        _three("0.48145466", "0.4578275", "0.40821073"),
        _three("0.26862954", "0.26130258", "0.27577711"),
    ),
    (
        _three("0.486274509803921", "0.458823529411764", "0.407843137254902"),
        _three("0.234812587849191"),
    ),
)
CROPS = (Decimal("0.875"), Decimal("0.9"), Decimal("0.95"), Decimal(1))
INTERPOLATIONS = ("bicubic", "bilinear", "lanczos", "nearest")
# The sides of inputs that published models were trained and tested at.
SIZES = (28, 32, 64, 96, 128, 160, 176, 192, 224, 240, 256, 288, 299, 320, 384, 448, 480, 512, 600)
NEIGHBOURS = 2  # of these on either side of the documented one


def _source(page: Conditions, known: Known) -> Iterator[Suspect]:
    if known.own is not None:
        how = page.preprocessing.in_words()
        yield Suspect(
            "source-preprocessing",
            f"the preprocessing of {known.by} ({known.own.in_words()})",
            how,
            replace(page, preprocessing=known.own),
        )


def _mean_std(page: Conditions, known: Known) -> Iterator[Suspect]:
    for mean, std in NORMALISATIONS:
        yield Suspect(
            "mean-std",
            _normalisation(mean, std),
            _normalisation(page.preprocessing.mean, page.preprocessing.std),
            _prepared(page, mean=mean, std=std),
        )


def _value_range(page: Conditions, known: Known) -> Iterator[Suspect]:
    instead = (
        f"values of 0 to 1 and {_normalisation(page.preprocessing.mean, page.preprocessing.std)}"
    )
    bare = _prepared(page, mean=_three("0"), std=_BYTE)
    yield Suspect("value-range", "values of 0 to 255", instead, bare)
    less = _prepared(page, mean=_IMAGENET, std=_BYTE)
    yield Suspect("value-range", "values of 0 to 255 less the mean of ImageNet", instead, less)


def _bgr(page: Conditions, known: Known) -> Iterator[Suspect]:
    yield Suspect("channel-order", "channels in the order BGR", "RGB", replace(page, bgr=True))
    caffe = replace(_prepared(page, mean=_IMAGENET, std=_BYTE), bgr=True)
    words = "channels in the order BGR, of 0 to 255 less the mean of ImageNet, as Caffe has them"
    yield Suspect("channel-order", words, "RGB, of 0 to 1", caffe)


def _crop(page: Conditions, known: Known) -> Iterator[Suspect]:
    own = () if known.own is None else (known.own.crop_pct,)
    for crop in sorted({*CROPS, *own}):
        instead = f"crop share {page.preprocessing.crop_pct}"
        yield Suspect("crop-pct", f"crop share {crop}", instead, _prepared(page, crop_pct=crop))


def _squashed(page: Conditions, known: Known) -> Iterator[Suspect]:
    yield Suspect(
        "resize",
        "the whole picture resized to the input, and nothing cropped",
        f"a crop of {page.preprocessing.image_size} / {page.preprocessing.crop_pct}",
        _prepared(page, crop_mode="squash", crop_pct=Decimal(1)),
    )


def _interpolation(page: Conditions, known: Known) -> Iterator[Suspect]:
    for name in INTERPOLATIONS:
        changed = _prepared(page, interpolation=name)
        instead = f"{page.preprocessing.interpolation} interpolation"
        yield Suspect("interpolation", f"{name} interpolation", instead, changed)


def _size(page: Conditions, known: Known) -> Iterator[Suspect]:
    documented = int(page.preprocessing.image_size)
    own = (*known.sizes, *([] if known.own is None else [int(known.own.image_size)]))
    below = [size for size in SIZES if documented / 2 <= size < documented][-NEIGHBOURS:]
    above = [size for size in SIZES if documented < size <= documented * 2][:NEIGHBOURS]
    for size in sorted({*own, *below, *above}):
        changed = _prepared(page, image_size=Decimal(size))
        yield Suspect("image-size", f"image size {size}", f"image size {documented}", changed)


def _weights(page: Conditions, known: Known) -> Iterator[Suspect]:
    if known.others:
        yield Suspect(
            "ema-weights",
            f"the weights under {known.others[0]} of the same checkpoint",
            f"the weights under {known.weights}",
            replace(page, other_weights=True),
        )


def _training(page: Conditions, known: Known) -> Iterator[Suspect]:
    words = "the network left in training mode"
    yield Suspect("training-mode", words, "in evaluation mode", replace(page, training=True))


FAMILIES: Mapping[str, Callable[[Conditions, Known], Iterator[Suspect]]] = {
    "source-preprocessing": _source,
    "mean-std": _mean_std,
    "value-range": _value_range,
    "channel-order": _bgr,
    "crop-pct": _crop,
    "resize": _squashed,
    "interpolation": _interpolation,
    "image-size": _size,
    "ema-weights": _weights,
    "training-mode": _training,
}


def usual_suspects(page: Conditions, known: Known) -> list[Suspect]:
    """Return every suspect whose conditions differ from the documented and from each other's.

    Of two suspects of the same conditions the simpler change is kept: what a source says in one
    point only is that point.
    """
    found: dict[Conditions, Suspect] = {}
    for family in FAMILIES.values():
        for suspect in family(page, known):
            if suspect.conditions != page:
                found[suspect.conditions] = suspect
    return list(found.values())


def _prepared(page: Conditions, **changed: object) -> Conditions:
    return replace(page, preprocessing=replace(page.preprocessing, **changed))  # type: ignore[arg-type]  # of the fields' types, as each caller shows


def _normalisation(mean: Three, std: Three) -> str:
    return f"mean {_shown(mean)} and std {_shown(std)}"


def _shown(parts: Three) -> str:
    return f"({', '.join(str(part) for part in parts)})"
