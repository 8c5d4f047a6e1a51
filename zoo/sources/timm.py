"""Networks by their exact name in timm, with the preprocessing of the documented weights file."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from zoo.claims import ModelEntry, SourceSpec, file_name
from zoo.errors import Blocked, Refused, Unavailable, nearest, reason
from zoo.machine import package_version
from zoo.sources._arguments import require_numbers
from zoo.subject import Identity, Stated, from_config

if TYPE_CHECKING:
    from torch import Tensor, nn

# timm itself would also take hf-hub: and local-dir: names, which load what an index points to.
_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_.-]+)?", re.ASCII)
# Arguments that an index may set, with the largest value of each.
_LIMITS = {"num_classes": 10**6, "in_chans": 64, "img_size": 2**14}


class Timm:
    """The source ``timm``."""

    runs_named_code = False
    package = "timm"

    def describe(self, spec: SourceSpec) -> str:
        """Return for instance ``timm 1.0.31 seresnet152d``."""
        return f"timm {package_version('timm')} {spec.reference}"

    def identify(self, entry: ModelEntry) -> Identity:
        """Return the present name, and which file this and which tags have the documented one.

        timm's tags are looked through under every architecture: an alias may lead to another
        architecture than the one that still has the file.
        """
        import timm

        by = f"timm {package_version('timm')}"
        asked = entry.source.reference
        try:
            _known(entry.source)
        except Blocked as unknown:
            return Identity(None, by, unknown.hint)
        present = _present(asked)
        config = timm.get_pretrained_cfg(present, allow_unregistered=True)
        documented = file_name(entry.weights.text) if entry.weights else ""
        holders = _holders().get(documented, ())
        sizes = [size for tag in (present, *holders) for size in _sizes(tag)]
        return Identity(present, by, "", _place(config), holders, sizes=tuple(dict.fromkeys(sizes)))

    def architecture(self, spec: SourceSpec) -> str:
        """Return the present architecture with what its default configuration sets.

        Those are the settings that ``timm.models.build_model_with_cfg`` takes from it.
        """
        import timm

        _check(spec)
        present = _present(spec.reference)
        config = timm.get_pretrained_cfg(present, allow_unregistered=True)
        kept = ("num_classes", "global_pool", "input_size", "fixed_input_size", "pool_size")
        settings = {name: getattr(config, name, None) for name in kept}
        return f"{present.partition('.')[0]} {settings} {dict(spec.arguments)}"

    def build(self, spec: SourceSpec) -> nn.Module:
        """Return the network of that exact name, or of the one that a deprecated name maps to."""
        import timm

        _check(spec)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a deprecated name still resolves
            try:
                network: nn.Module = timm.create_model(
                    spec.reference, pretrained=False, **spec.arguments
                )
            except Exception as error:  # code of others may raise anything
                raise Unavailable(f"timm cannot build {spec.reference}: {reason(error)}") from None
        return network

    def stated(self, entry: ModelEntry, network: Callable[[], nn.Module]) -> Stated:
        """Return the preprocessing of the pretrained tag that has the documented weights file.

        That is not always the tag that the bare name loads today.
        """
        from timm.models import get_arch_name
        from timm.models._registry import get_arch_pretrained_cfgs

        _known(entry.source)
        if entry.weights is None:
            return Stated(None, "the page names no weights file that timm could know")
        documented = file_name(entry.weights.text)
        arch = get_arch_name(_present(entry.source.reference))
        for tagged, config in get_arch_pretrained_cfgs(arch).items():
            if documented and _file(config) == documented:
                return Stated(
                    from_config(config.to_dict()), f"timm {package_version('timm')} {tagged}"
                )
        return Stated(None, f"no pretrained tag of timm's {arch} has the file {documented}")

    def convert(self, network: nn.Module, state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Apply the conversion of old checkpoints that timm keeps beside the architecture."""
        module = sys.modules[type(network).__module__]
        convert = getattr(module, "checkpoint_filter_fn", None)
        if convert is None:
            return state
        try:
            converted: Mapping[str, Tensor] = convert(dict(state), network)
        except Exception:  # not an old checkpoint of this architecture, which load() says
            return state
        return converted


def _present(asked: str) -> str:
    """Return the name that stands today for what is asked for."""
    from timm.models import get_arch_name, get_deprecated_models

    return get_deprecated_models().get(get_arch_name(asked)) or asked


def _sizes(tag: str) -> list[int]:
    """Return the sides of the input that timm has for a tag, of training and of testing."""
    import timm

    config = timm.get_pretrained_cfg(tag, allow_unregistered=True)
    shapes = (config.input_size, config.test_input_size) if config else ()
    return [shape[-1] for shape in shapes if shape]


def _file(config: Any) -> str:
    """Return the name of the file of a pretrained configuration, or an empty text."""
    return file_name(str(config.url or config.file or ""))


def _place(config: Any) -> str:
    """Return the name of the file of a configuration, or else its repository on the Hub."""
    return "" if config is None else _file(config) or str(config.hf_hub_id or "")


@cache
def _holders() -> Mapping[str, tuple[str, ...]]:
    """Return every architecture and tag of timm by the name of its weights file."""
    import timm
    from timm.models._registry import get_arch_pretrained_cfgs

    found: dict[str, tuple[str, ...]] = {}
    for arch in timm.list_models():
        for tagged, config in get_arch_pretrained_cfgs(arch).items():
            found[_file(config)] = (*found.get(_file(config), ()), tagged)
    found.pop("", None)
    return found


def _check(spec: SourceSpec) -> None:
    _known(spec)
    require_numbers(spec, _LIMITS, "timm")


def _known(spec: SourceSpec) -> None:
    """Raise Refused where a name is none in timm, and Blocked where timm does not have it."""
    import timm
    from timm.models import get_deprecated_models

    name = spec.reference
    if _NAME.fullmatch(name) is None:
        raise Refused(
            f"{spec.location}: '{name}' is not a name in timm",
            "timm names are made of a-z, 0-9 and _, with at most one tag behind a '.'",
        )
    where = f"{spec.location}: timm {package_version('timm')}"
    if not timm.is_model(name):
        hint = nearest(name, timm.list_models()) or "see timm.list_models()"
        raise Blocked("model-name", f"{where} has no model '{name}'", hint)
    if "." in name and name not in timm.list_models(include_tags=True):
        hint = nearest(name, timm.list_models(include_tags=True))
        raise Blocked("model-name", f"{where} has no pretrained tag '{name}'", hint)
    if get_deprecated_models().get(name, name) is None:
        raise Blocked("model-name", f"{where} has removed '{name}'")


SOURCE = Timm()
