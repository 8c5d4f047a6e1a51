"""What is secret in the environment does not reach the process that opens a stranger's file."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.weights.test_convert import with_child
from zoo.checkpoint import opening
from zoo.errors import Unavailable

SECRETS = ("HF_TOKEN", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "PYTHONPATH")
TELL = "os.write(2, ' '.join(sorted(os.environ)).encode()); os._exit(3)"


def test_the_process_that_opens_a_file_knows_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "secret")
    with_child(monkeypatch, TELL)
    path = tmp_path / "model.pth"
    path.write_bytes(b"a file")
    digest = hashlib.sha256(b"a file").hexdigest()
    with pytest.raises(Unavailable, match="PATH") as error:
        list(opening.opened(path, path.name, digest, averaged=False))
    told = set(re.findall(r"\w+", error.value.message))
    assert "OMP_NUM_THREADS" in told  # it is its environment that was told
    assert not told & set(SECRETS)
