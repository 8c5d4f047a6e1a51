"""Whether a dataset is shown to be the very one that a claim is about."""

from __future__ import annotations

from zoo.claims import Claim, Digest
from zoo.datasets import published_title

# The three published variants of one name have the same classes and counts.
AMBIGUOUS = "ImageNet-V2"


def shown_whole(claim: Claim, fingerprint: Digest | None, whole: str) -> bool:
    """Return whether pictures are all of the claim's dataset.

    Args:
        fingerprint: of all the pictures, or None where it is not known.
        whole: the published dataset that they are in full by structure, else empty.
    """
    if claim.whole_set is not None:
        if fingerprint is None or not claim.whole_set.whole:  # some digits are a label, no proof
            return False
        return claim.whole_set.matches(fingerprint)
    return bool(whole) and whole == published_title(claim.dataset) and whole != AMBIGUOUS
