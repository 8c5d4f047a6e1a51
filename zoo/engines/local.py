"""Predicts on this machine: in this process on one device, in a process a device on several."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from zoo import inference
from zoo.engines import Predicted, Work, _processes, batches_of
from zoo.predictions import Prediction
from zoo.predictions.ledger import Range


class Local:
    """The engine ``local``."""

    def predict(self, work: Work, ranges: Sequence[Range]) -> Generator[Predicted, None, None]:
        """Yield each range with its predictions; in order, where there is one device."""
        if len(work.devices) > 1 and len(ranges) > 1:
            return _processes.predict(work, ranges)
        return _here(work, ranges)


def _here(work: Work, ranges: Sequence[Range]) -> Generator[Predicted, None, None]:
    device = work.job.device
    batches = [batches_of(work.pictures, span, device.batch_size) for span in ranges]
    found = inference.run(
        work.network(),
        [batch for together in batches for batch in together],
        work.job.preprocessing,
        device,
        work.scored,
        crops_cache=work.job.crops,
        say=work.say,
    )
    for span, together in zip(ranges, batches, strict=True):
        items: list[Prediction] = []
        for _ in together:
            predicted = next(found)
            work.tick(len(predicted))
            items += predicted
        yield span, tuple(items)


ENGINE = Local()
