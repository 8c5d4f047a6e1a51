"""Brings together all suspects of one model with which drawn pictures each has right."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoo.checkpoint.record import Checkpoint
from zoo.claims import Claim
from zoo.diagnosis.conditions import Conditions
from zoo.diagnosis.naming import Look
from zoo.diagnosis.readings import best, reread, usual_readings
from zoo.diagnosis.scoring import Networks, Tops, score
from zoo.diagnosis.suspects import Known, usual_suspects
from zoo.errors import Unavailable
from zoo.findings import Tolerance
from zoo.pictures import Dataset, Picture, is_correct
from zoo.predictions import TOP, Predictions
from zoo.sampling.order import draw
from zoo.subject import Identity, Preprocessing, Stated

if TYPE_CHECKING:
    from torch import nn

DIAGNOSED = "inputs of the diagnosis"


@dataclass(frozen=True, slots=True)
class Case:
    """A model whose accuracy may have to be explained.

    Attributes:
        network: with the weights that were measured.
        built: the network with the weights of an opened checkpoint, on the CPU.
        checkpoint: the one that was measured; ``other`` has the state dict that was passed over.
        preprocessing: as documented; ``stated`` and ``identity`` are what the source says.
        dataset: the pictures of a name in the claims.
        predictions: what was measured on them.
        allowed: by how much a claim may be missed.
        device: for torch.
        progress: told how many inputs of how many are done.
        pictures: how many to draw; none, if 0.
        seed: of the order of drawing.
    """

    network: Callable[[], nn.Module]
    built: Callable[[Callable[[], Checkpoint]], nn.Module]
    checkpoint: Callable[[], Checkpoint]
    other: Callable[[], Checkpoint]
    preprocessing: Callable[[], Preprocessing]
    stated: Callable[[], Stated]
    identity: Callable[[], Identity]
    dataset: Callable[[str], Dataset]
    predictions: Callable[[str], Predictions]
    allowed: Callable[[Claim], Tolerance]
    device: str
    progress: Callable[[str, int, int | None], None]
    pictures: int
    seed: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one suspect: for each drawn picture the best classes."""

    suspect: str
    words: str
    instead: str
    tops: Tops
    adapts: bool = False

    def look(self, pictures: Sequence[Picture], k: int) -> Look:
        """Return which pictures are right among the k best."""
        pairs = zip(self.tops, pictures, strict=True)
        hits = tuple(is_correct(top[:k], picture.labels) for top, picture in pairs)
        return Look(self.suspect, self.words, self.instead, hits, self.adapts)


@dataclass(frozen=True, slots=True)
class Lineup:
    """All suspects that could be tried on the drawn pictures; ``failed`` says why others not."""

    pictures: Sequence[Picture]
    documented: Seen
    suspects: Sequence[Seen]
    failed: Mapping[str, str]

    def looks(self, k: int) -> list[Look]:
        """Return every suspect with the pictures that it has right among its k best."""
        return [seen.look(self.pictures, k) for seen in self.suspects]

    def as_documented(self, k: int) -> Look:
        """Return the documented conditions with the pictures that they have right."""
        return self.documented.look(self.pictures, k)


def lineup_of(case: Case, dataset: Dataset) -> Lineup:
    """Score drawn pictures of a dataset under every suspect.

    Raises:
        ZooError: the documented conditions themselves cannot be tried.
    """
    pictures = draw(dataset.pictures, case.pictures, case.seed)
    page = Conditions(case.preprocessing())
    suspects = usual_suspects(page, _known(case))
    others = [suspect.conditions for suspect in suspects]

    def progress(done: int, total: int) -> None:
        case.progress(DIAGNOSED, done, total)

    networks = _networks(case)
    scores = score(networks, page, others, pictures, case.device, dataset.classes, progress)
    seen = [
        Seen(each.id, each.words, each.instead, scores.tops[each.conditions], each.adapts)
        for each in suspects
        if each.conditions in scores.tops
    ]
    for reading in usual_readings(scores.logits.shape[1], dataset):
        tops = best(reread(scores.logits, reading.order), dataset.classes, TOP)
        seen.append(Seen(reading.id, reading.words, "each output its own class", tops))
    documented = Seen("documented", "the documented conditions", "", scores.tops[page])
    words = {suspect.conditions: suspect.words for suspect in suspects}
    failed = {words[conditions]: why for conditions, why in scores.failed.items()}
    return Lineup(pictures, documented, seen, failed)


def _known(case: Case) -> Known:
    stated, opened = case.stated(), case.checkpoint().record
    sizes, others = case.identity().sizes, opened.passed_over
    return Known(stated.preprocessing, stated.by, sizes, opened.state_dict, others)


def _networks(case: Case) -> Networks:
    """Return what gives the network of some conditions; each is built when it is first asked for.

    A network in training mode changes its own statistics, so that it is a copy.
    """
    made: dict[tuple[bool, bool], nn.Module] = {}

    def plain(other_weights: bool) -> nn.Module:
        if (other_weights, False) not in made:
            network = case.built(lambda: _other(case)) if other_weights else case.network()
            made[other_weights, False] = network.to(case.device).eval()
        return made[other_weights, False]

    def network_for(conditions: Conditions) -> nn.Module:
        if not conditions.training:
            return plain(conditions.other_weights)
        if (conditions.other_weights, True) not in made:
            network = copy.deepcopy(plain(conditions.other_weights))
            made[conditions.other_weights, True] = network.train()
        return made[conditions.other_weights, True]

    return network_for


def _other(case: Case) -> Checkpoint:
    """Return the checkpoint with the state dict that was passed over.

    Raises:
        Unavailable: what is found first when averages are preferred is what was measured.
    """
    other = case.other()
    if other.record.state_dict == case.checkpoint().record.state_dict:
        raise Unavailable("the checkpoint holds no averaged weights besides the plain ones")
    return other
