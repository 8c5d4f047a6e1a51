"""Tar archives are read where they lie; their names are ids and never paths."""

from __future__ import annotations

import contextlib
import gzip
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.datasets._tar import index
from zoo.errors import Unavailable

FORMATS = pytest.mark.parametrize(
    "form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
)
LONG = "a" * 90 + "/" + "b" * 140 + ".jpg"


@FORMATS
def test_names_and_bytes_are_those_that_tarfile_wrote(tmp_path: Path, tar, form: int) -> None:
    members = [("a.jpg", b"x"), ("folder/b.jpg", b"y" * 512), ("c.jpg", b""), ("d.jpg", b"z" * 513)]
    if form != tarfile.USTAR_FORMAT:
        members += [(LONG, b"long"), ("häh.jpg", b"umlaut")]
    found = index(tar(tmp_path / "a.tar", members, form))
    assert [(span.name, span.read()) for span in found.members] == members
    assert found.faults == found.clutter == ()


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,120}(/[a-z]{1,60}){0,2}\.jpg", fullmatch=True),
                    st.binary(max_size=1100), max_size=6),
    st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
)  # fmt: skip
def test_any_archive_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, members: dict[str, bytes], form: int
) -> None:
    path = tmp_path_factory.mktemp("tar") / "a.tar"
    with tarfile.open(path, "w", format=form) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    assert {span.name: span.read() for span in index(path).members} == members


@given(st.data())
def test_damage_ends_in_an_archive_or_in_a_message(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("a.jpg", LONG):
            archive.addfile(tarfile.TarInfo(name))
    content = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, 4096))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("tar") / "a.tar"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    with contextlib.suppress(Unavailable):
        index(path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../a.jpg", "leads out of the archive"),
        ("a/../../b.jpg", "leads out of the archive"),
        ("/etc/a.jpg", "leads out of the archive"),
        ("a\\..\\b.jpg", "leads out of the archive"),
        ("a\x1b[2J.jpg", "control characters"),
        ("a\n::error::.jpg", "control characters"),
        ("a\u202egpj.exe", "control characters"),
        ("a\udcff.jpg", "not UTF-8"),
    ],
)
@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_hostile_name_is_a_fault_and_no_member(tmp_path, tar, form, name: str, said: str) -> None:
    found = index(tar(tmp_path / "a.tar", [("a.jpg", b"x"), (name, b"y")], form))
    assert [span.name for span in found.members] == ["a.jpg"]
    assert [fault.kind for fault in found.faults] == ["malformed"]
    assert said in found.faults[0].message
    assert found.faults[0].message.encode()  # it can be printed


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE,
             tarfile.GNUTYPE_SPARSE, b"Z"],
)  # fmt: skip
def test_links_and_devices_are_faults(tmp_path: Path, tar, kind: bytes) -> None:
    info = tarfile.TarInfo("b.jpg")
    info.type, info.linkname = kind, "/etc/passwd"
    found = index(tar(tmp_path / "a.tar", [("a.jpg", b"x"), ("b.jpg", info)]))
    assert [span.name for span in found.members] == ["a.jpg"]
    assert "b.jpg is a link or a device, and no file" in found.faults[0].message


def test_a_member_that_is_there_twice_is_a_fault(tmp_path: Path, tar) -> None:
    found = index(tar(tmp_path / "a.tar", [("a.jpg", b"x"), ("./a.jpg", b"y")]))
    assert [(fault.kind, fault.message) for fault in found.faults] == [
        ("duplicate", f"{tmp_path}/a.tar: a.jpg is there twice")
    ]


def test_folders_and_hidden_files_are_no_members(tmp_path: Path, tar) -> None:
    folder = tarfile.TarInfo("val")
    folder.type = tarfile.DIRTYPE
    members = [("val", folder), ("val/a.jpg", b"x"), ("val/._a.jpg", b"y"), (".DS_Store", b"z")]
    found = index(tar(tmp_path / "a.tar", members))
    assert [span.name for span in found.members] == ["val/a.jpg"]
    assert found.clutter == ("val/._a.jpg", ".DS_Store")
    assert found.faults == ()


def cut(path: Path, size: int) -> Path:
    path.write_bytes(path.read_bytes()[:size])
    return path


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 1023, 1024, 1100, 1536, 2048, 2049, 2560])
def test_an_archive_that_is_cut_off_is_refused_wherever_that_is(tmp_path, tar, size: int) -> None:
    path = tar(
        tmp_path / "a.tar", [("a.jpg", b"x" * 600), ("b.jpg", b"y" * 600)], tarfile.GNU_FORMAT
    )
    with pytest.raises(Unavailable, match=r"cut off") as error:
        index(cut(path, size))
    assert error.value.hint == "fetch it again"


@pytest.mark.parametrize(
    ("where", "what"),
    [
        (124, b"\xff" * 12),  # a size below zero, or of 2^88
        (124, b"77777777777\0"),
        (124, b"-0000000001\0"),
        (148, b"000000\0 "),
        (0, b"\xff"),
    ],
)
def test_a_header_that_lies_is_refused(tmp_path: Path, tar, where: int, what: bytes) -> None:
    path = tar(tmp_path / "a.tar", [("a.jpg", b"x")], tarfile.GNU_FORMAT)
    content = bytearray(path.read_bytes())
    content[where : where + len(what)] = what
    if where == 124:
        content[148:156] = b" " * 8
        content[148:156] = f"{sum(content[:512]):06o}\0 ".encode()
    path.write_bytes(content)
    with pytest.raises(Unavailable, match=r"cut off or damaged|has no tar header at byte 0"):
        index(path)


@pytest.mark.parametrize("size", ["-1", "x", "99999999999999999999", "9" * 15])
def test_an_extended_size_that_lies_is_refused(tmp_path: Path, tar, size: str) -> None:
    info = tarfile.TarInfo("a.jpg")
    info.pax_headers = {"size": size}
    with pytest.raises(Unavailable, match="cut off or damaged"):
        index(tar(tmp_path / "a.tar", [("a.jpg", info)]))


@pytest.mark.parametrize("record", [b"99 path=b.jpg\n", b"path=b.jpg\n", b"3 p\n"])
def test_an_extended_header_that_is_damaged_is_refused(tmp_path: Path, tar, record: bytes) -> None:
    info = tarfile.TarInfo("PaxHeaders/a.jpg")
    info.type, info.size = tarfile.XHDTYPE, len(record)
    path = tmp_path / "a.tar"
    block = info.tobuf(tarfile.USTAR_FORMAT) + record.ljust(512, b"\0")
    path.write_bytes(block + tar(tmp_path / "b.tar", [("a.jpg", b"x")]).read_bytes())
    with pytest.raises(Unavailable, match="has a damaged extended header"):
        index(path)


def test_an_extended_header_of_many_bytes_is_not_read(tmp_path: Path, tar) -> None:
    info = tarfile.TarInfo("PaxHeaders/a.jpg")
    info.type, info.size = tarfile.XHDTYPE, 2**30
    path = tmp_path / "a.tar"
    with path.open("wb") as stream:
        stream.write(info.tobuf(tarfile.USTAR_FORMAT))
        stream.truncate(2**30 + 4096)
    with pytest.raises(Unavailable, match="has an extended header of 1,073,741,824 bytes"):
        index(path)


def test_a_compressed_archive_is_refused_with_what_to_do(tmp_path: Path, tar) -> None:
    path = tar(tmp_path / "a.tar", [("a.jpg", b"x")])
    path.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(Unavailable, match="is compressed by gzip") as error:
        index(path)
    assert "decompress" in error.value.hint


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(b"<html>" * 500)
    with pytest.raises(Unavailable, match="has no tar header at byte 0"):
        index(tmp_path / "a.tar")


def test_an_archive_that_has_become_shorter_is_an_error_of_the_picture(tmp_path, tar) -> None:
    path = tar(tmp_path / "a.tar", [("a.jpg", b"x" * 600)])
    (span,) = index(path).members
    with pytest.raises(OSError, match="only 88 of 600 bytes"):
        cut(path, span.offset + 88).exists() and span.read()
