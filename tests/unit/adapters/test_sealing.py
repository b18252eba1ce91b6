"""Sealed results: only their requester reads them, and whatever is altered on the way is refused."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st
from renderchain.adapters.poseidon import hash_many
from renderchain.adapters.sealing import AccountUnwrapper, ChaChaSealer
from renderchain.app.exchange.package import file_entry
from renderchain.app.exchange.sealed_result import check_wrapped, open_sealed, seal_result, unwrap_key
from renderchain.app.worker.render_frames import check_output
from renderchain.core.errors import ContentError
from renderchain.core.merkle import LeaseIdentity, short_string
from renderchain.core.result import RESULT_NAME, FrameFiles, Result
from renderchain.core.sealed import (
    CHUNK_BYTES,
    HEADER_NAME,
    SECRET_BITS,
    TAG_BYTES,
    FileSeal,
    SealedHeader,
    derive,
    file_seal,
    key_hash_of,
    nonce_of,
    opened_size,
    parse_header,
    result_key_of,
    salt_key_of,
    sealed_size,
)

CHAIN = short_string("SN_SEPOLIA")
LEASE = LeaseIdentity(CHAIN, 2**250, 7, 2**40, 1, 2**249)
SECRET = 2**247 + 5
KEY = result_key_of(SECRET)
SEALER = ChaChaSealer()
ARTIST = AccountUnwrapper(2**251 - 9, CHAIN)
FRAMES = (1, 2)
SEAL = FileSeal(b"k" * 32, b"place")
SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES


def pixels(seed: int) -> bytes:
    """Over a chunk of float32 as a render makes it: much of it alike, some of it noise."""
    noise = np.random.default_rng(seed).random((300, 300, 4), np.float32)
    return b"PIXELS" + np.where(noise > 0.9, noise, np.float32(0.25)).tobytes()


def rendered(folder: Path, seed: int = 0) -> dict[str, bytes]:
    """A lease's output as a worker has it before sealing."""
    folder.mkdir()
    files: dict[str, bytes] = {}
    for frame in FRAMES:
        files |= {f"{frame:04}.png": pixels(seed + frame), f"{frame:04}.exr": pixels(seed + 9 + frame)}
        files[f"{frame:04}.leaves"] = b"LEAVES" * frame
    for name, content in files.items():
        (folder / name).write_bytes(content)
    frames = tuple(
        FrameFiles(
            one, 5, *(file_entry(folder, folder / f"{one:04}.{end}") for end in ("png", "exr", "leaves"))
        )
        for one in FRAMES
    )
    document = Result("4.5.15", "CPU", "a processor", salt_key_of(SECRET), frames).to_bytes()
    (folder / RESULT_NAME).write_bytes(document)
    return {**files, RESULT_NAME: document}


def seal_into(source: Path, target: Path, *, lease: LeaseIdentity = LEASE, key: bytes = KEY) -> Path:
    place = (SEALER, source, target)
    seal_result(*place, key=key, requester_key=ARTIST.public_key, identity=lease, frames=FRAMES)
    return target


def opened(folder: Path, target: Path, *, lease: LeaseIdentity = LEASE, key: bytes = KEY) -> dict[str, bytes]:
    open_sealed(SEALER, folder, target, key=key, identity=lease, frames=FRAMES)
    return {path.name: path.read_bytes() for path in target.iterdir()}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain") / "lease"
    rendered(folder)
    return folder


@pytest.fixture
def sealed(plain: Path, tmp_path: Path) -> Path:
    return seal_into(plain, tmp_path / "sealed")


def test_the_requester_gets_back_every_file_of_a_sealed_result(tmp_path: Path) -> None:
    files = rendered(tmp_path / "plain")
    folder = seal_into(tmp_path / "plain", tmp_path / "sealed")
    posted = key_hash_of(hash_many, KEY)
    key = unwrap_key(ARTIST, folder, LEASE, key_hash=posted, hash_many=hash_many)
    assert opened(folder, tmp_path / "opened", key=key) == files


def test_who_was_told_the_key_needs_no_wallet(plain: Path, sealed: Path, tmp_path: Path) -> None:
    told = KEY  # revealed by the worker on a delivery challenge
    header = parse_header((sealed / HEADER_NAME).read_bytes())
    (sealed / HEADER_NAME).write_bytes(replace(header, wrapped=bytes(48)).to_bytes())
    assert opened(sealed, tmp_path / "opened", key=told)["0001.png"] == (plain / "0001.png").read_bytes()


def test_what_is_pinned_shows_neither_pixels_nor_salts_nor_names(plain: Path, sealed: Path) -> None:
    assert sorted(path.name for path in sealed.iterdir()) == [*map(str, range(7)), HEADER_NAME]
    everything = b"".join(path.read_bytes() for path in sealed.iterdir())
    secret = f"{salt_key_of(SECRET):062x}".encode()
    for shown in (b"PIXELS", b"LEAVES", b".png", b"frame", secret, bytes.fromhex(secret.decode()), KEY):
        assert shown not in everything
    windows = {everything[at : at + 16] for at in range(0, len(everything), 16)}
    assert len(windows) > 0.9999 * len(everything) / 16, "pixels repeat, random bytes do not"
    counts = np.bincount(np.frombuffer(everything, np.uint8), minlength=256)
    expected = len(everything) / 256
    assert ((counts - expected) ** 2 / expected).sum() < 400, "chi-square, 255 degrees: 1e-8 lie above"


def test_what_is_rendered_again_otherwise_is_sealed_by_other_keys(sealed: Path, tmp_path: Path) -> None:
    rendered(tmp_path / "plain again", 50)
    again = seal_into(tmp_path / "plain again", tmp_path / "again")
    one, other = ((folder / "2").read_bytes() for folder in (sealed, again))
    texts = bytes(a ^ b for a, b in zip(one[:4096], other[:4096], strict=True))
    assert texts.count(0) < 64, "one key stream for two texts"


def test_only_the_key_that_was_posted_is_taken(sealed: Path, tmp_path: Path, plain: Path) -> None:
    posted = key_hash_of(hash_many, KEY)
    other = seal_into(plain, tmp_path / "other", key=result_key_of(SECRET + 1))
    with pytest.raises(ContentError, match="not the one whose hash was posted"):
        unwrap_key(ARTIST, other, LEASE, key_hash=posted, hash_many=hash_many)


@pytest.mark.parametrize(
    ("unwrapper", "lease"),
    [
        (AccountUnwrapper(5, CHAIN), LEASE),
        (AccountUnwrapper(2**251 - 9, short_string("SN_MAIN")), LEASE),
        (ARTIST, replace(LEASE, lease_id=LEASE.lease_id + 1)),
        (ARTIST, replace(LEASE, attempt=2)),
    ],
)
def test_nobody_else_and_for_no_other_lease_unwraps_a_key(
    sealed: Path, unwrapper: AccountUnwrapper, lease: LeaseIdentity
) -> None:
    with pytest.raises(ContentError, match="not wrapped for this account and lease") as refused:
        unwrap_key(unwrapper, sealed, lease, key_hash=0, hash_many=hash_many)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("public", [bytes(32), b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f"])
def test_a_worker_refuses_a_requester_key_that_hides_nothing(public: bytes) -> None:
    with pytest.raises(ContentError, match="names no key"):
        SEALER.wrap(KEY, public, LEASE, b"")


def check(sealed: Path, plain: Path, *, requester_key: bytes, lease: LeaseIdentity = LEASE) -> None:
    check_wrapped(SEALER, sealed, plain, key=KEY, requester_key=requester_key, identity=lease)


def test_who_has_the_leases_key_tells_whom_it_was_wrapped_for(sealed: Path, plain: Path) -> None:
    check(sealed, plain, requester_key=ARTIST.public_key)
    other = AccountUnwrapper(7, CHAIN).public_key
    for requester_key, lease in ((other, LEASE), (ARTIST.public_key, replace(LEASE, lease_id=8))):
        with pytest.raises(ContentError, match="wrapped for somebody else"):
            check(sealed, plain, requester_key=requester_key, lease=lease)
    header = parse_header((sealed / HEADER_NAME).read_bytes())
    (sealed / HEADER_NAME).write_bytes(replace(header, wrapped=bytes(len(header.wrapped))).to_bytes())
    with pytest.raises(ContentError, match="wrapped for somebody else"):
        check(sealed, plain, requester_key=ARTIST.public_key)


def cut_end(folder: Path) -> None:
    (folder / "2").write_bytes((folder / "2").read_bytes()[:-1])


def cut_document(folder: Path) -> None:
    (folder / "0").write_bytes((folder / "0").read_bytes()[:-1])


def cut_last_chunk(folder: Path) -> None:
    (folder / "2").write_bytes((folder / "2").read_bytes()[:SEALED_CHUNK])


def swap_chunks(folder: Path) -> None:
    raw = (folder / "2").read_bytes()
    (folder / "2").write_bytes(raw[SEALED_CHUNK:] + raw[:SEALED_CHUNK])


def alter_document(folder: Path) -> None:
    raw = bytearray((folder / "0").read_bytes())
    raw[20] ^= 1
    (folder / "0").write_bytes(raw)


def swap_files(folder: Path) -> None:
    one, other = (folder / "1").read_bytes(), (folder / "4").read_bytes()  # of the same size
    (folder / "1").write_bytes(other)
    (folder / "4").write_bytes(one)


def alter_ephemeral(folder: Path) -> None:
    header = parse_header((folder / HEADER_NAME).read_bytes())
    (folder / HEADER_NAME).write_bytes(replace(header, ephemeral=bytes(32)).to_bytes())


def lose_file(folder: Path) -> None:
    (folder / "6").unlink()


def lose_header(folder: Path) -> None:
    (folder / HEADER_NAME).unlink()


def swell_header(folder: Path) -> None:
    (folder / HEADER_NAME).write_bytes((folder / HEADER_NAME).read_bytes() + b" " * 1024)


def swell_document(folder: Path) -> None:
    with (folder / "0").open("ab") as file:
        file.truncate(sealed_size(9 * 2**20))


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (cut_end, "bytes, not"),
        (cut_document, "was altered"),
        (cut_last_chunk, "bytes, not"),
        (swap_chunks, "was altered"),
        (alter_document, "was altered"),
        (swap_files, "was altered"),
        (alter_ephemeral, "was altered"),
        (lose_file, "lacks its file 6"),
        (lose_header, "no sealed.json"),
        (swell_header, "no sealed.json of a sensible size"),
        (swell_document, "not the size of a result document"),
    ],
)
def test_a_tampered_folder_is_refused(
    sealed: Path, tmp_path: Path, tamper: Callable[[Path], None], said: str
) -> None:
    tamper(sealed)
    with pytest.raises(ContentError, match=said):
        opened(sealed, tmp_path / "opened")


def test_another_leases_file_is_refused_though_the_key_is_the_same(
    plain: Path, sealed: Path, tmp_path: Path
) -> None:
    other = seal_into(plain, tmp_path / "other", lease=replace(LEASE, lease_id=LEASE.lease_id + 1))
    shutil.copy(other / "2", sealed / "2")
    with pytest.raises(ContentError, match="file 2 was altered, or is not this lease's"):
        opened(sealed, tmp_path / "opened")
    with pytest.raises(ContentError, match="file 0 was altered, or is not this lease's"):
        opened(other, tmp_path / "elsewhere")


@pytest.mark.parametrize("name", ["a/b.png", "Result.json", "x" * 129, "e\u0301.png", "1.png."])
def test_a_name_that_does_not_lie_beside_the_others_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "plain"
    rendered(folder)
    document = (folder / RESULT_NAME).read_text().replace("0001.png", name)
    (folder / "a").mkdir()
    (folder / "a" / "b.png").touch()
    (folder / name).write_bytes((folder / "0001.png").read_bytes())
    (folder / RESULT_NAME).write_text(document)
    with pytest.raises(ContentError, match="can't have a file named"):
        opened(seal_into(folder, tmp_path / "sealed"), tmp_path / "opened")


def test_a_link_that_a_render_process_left_is_never_followed(tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.mkdir()
    check_output(output)
    (output / "0001.png").symlink_to("/etc/passwd")
    with pytest.raises(ContentError, match="left the link"):
        check_output(output)


@given(st.integers(0, 2**251 - 1))
def test_the_same_wallet_always_has_the_same_key_and_shows_it_nowhere(private_key: int) -> None:
    first, restored = AccountUnwrapper(private_key, CHAIN), AccountUnwrapper(private_key, CHAIN)
    assert first.public_key == restored.public_key
    header = SEALER.wrap(KEY, first.public_key, LEASE, b"")
    assert restored.unwrap(header, LEASE) == KEY
    assert repr(first) == f"AccountUnwrapper({first.public_key.hex()})"


def test_a_requesters_key_does_not_change_with_versions() -> None:
    public = "d1796961f7f04284677db8542968f442443ef93d3eb70919808f06a6b20b200d"
    assert AccountUnwrapper(0x1234, CHAIN).public_key.hex() == public


def test_the_format_of_version_1_does_not_change(tmp_path: Path) -> None:
    header = SealedHeader(bytes(range(32)), bytes(48))
    (tmp_path / "plain").write_bytes(b"a frame")
    SEALER.seal(tmp_path / "plain", tmp_path / "sealed", file_seal(KEY, header, LEASE, 3))
    assert (tmp_path / "sealed").read_bytes().hex() == "867129391f9384fcd3dc7f1dcc741585750c66390465a4"
    key_hash = 0x508DC9EFEF1FB7BD0B3EADF2AA747945EE8B46AAF3D604A845CF8102C6EE706
    assert key_hash_of(hash_many, bytes(range(32))) == key_hash
    raw = (
        b'{"ephemeral":"72cbd16783773e0f3ced8c5c69d88b05ef6a4587a2d449385ae4d634b8828554",'
        b'"schema":"renderchain/sealed/1","wrapped_key":"4958ff298b3b9f5dee780c1708ca01e8'
        b'709c423e26cb38141b285d7c0ebd8d3f75427bd07ad602c82a07b3822b74de3a"}'
    )
    header = parse_header(raw)
    assert header.to_bytes() == raw
    assert ARTIST.unwrap(header, LEASE) == KEY


def test_keys_derive_as_rfc_5869_says() -> None:
    assert derive(b"secret", "label", b"one", b"two") == HKDF(SHA256(), 32, None, b"labelonetwo").derive(
        b"secret"
    )


@given(st.integers(0, 2**SECRET_BITS - 1))
def test_a_leases_salts_and_key_tell_nothing_of_each_other(secret: int) -> None:
    salts, key = salt_key_of(secret), result_key_of(secret)
    assert 0 <= salts < 2**SECRET_BITS and len(key) == 32
    assert len({secret, salts, int.from_bytes(key, "big") >> 8}) == 3
    assert hash_many((short_string("renderchain/key/1"), *divmod(int.from_bytes(key, "big"), 2**128))) == (
        key_hash_of(hash_many, key)
    )


def test_a_seals_key_is_not_in_its_repr() -> None:
    assert "k" * 8 not in repr(SEAL)


@given(st.integers(0, 2**42))
def test_a_sealed_size_tells_the_plain_one(size_bytes: int) -> None:
    assert opened_size(sealed_size(size_bytes)) == size_bytes


@pytest.mark.parametrize("sealed_bytes", [0, TAG_BYTES - 1, SEALED_CHUNK + 1, SEALED_CHUNK + TAG_BYTES])
def test_a_size_that_no_sealed_file_has_is_known(sealed_bytes: int) -> None:
    assert opened_size(sealed_bytes) < 0


@pytest.mark.parametrize("size_bytes", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_a_file_of_any_size_round_trips(tmp_path: Path, size_bytes: int) -> None:
    content = random.Random(size_bytes).randbytes(size_bytes)
    (tmp_path / "plain").write_bytes(content)
    SEALER.seal(tmp_path / "plain", tmp_path / "sealed", SEAL)
    assert (tmp_path / "sealed").stat().st_size == sealed_size(size_bytes)
    SEALER.open(tmp_path / "sealed", tmp_path / "opened", SEAL, size_bytes)
    assert (tmp_path / "opened").read_bytes() == content


@settings(max_examples=60, deadline=None)
@given(data=st.data(), size_bytes=st.integers(0, 2 * CHUNK_BYTES + 5))
def test_no_change_of_a_sealed_file_passes(data: st.DataObject, size_bytes: int) -> None:
    with TemporaryDirectory() as name:
        plain, sealed, target = (Path(name, one) for one in ("plain", "sealed", "opened"))
        plain.write_bytes(random.Random(size_bytes).randbytes(size_bytes))
        SEALER.seal(plain, sealed, SEAL)
        raw = sealed.read_bytes()
        place = data.draw(st.integers(0, len(raw) - 1))
        flipped = raw[:place] + bytes([raw[place] ^ data.draw(st.integers(1, 255))]) + raw[place + 1 :]
        changed = data.draw(
            st.sampled_from([flipped, raw[:place], raw[place:] + raw[:place], raw + raw[place:]])
        )
        if changed == raw:  # turned by nothing
            return
        sealed.write_bytes(changed)
        for claimed in {size_bytes, opened_size(len(changed))} - {-1}:
            with pytest.raises(ContentError):
                SEALER.open(sealed, target, SEAL, claimed)
            assert not target.exists()


def test_an_end_that_is_cut_off_between_chunks_is_noticed_though_the_size_fits(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(bytes(3 * CHUNK_BYTES))
    SEALER.seal(tmp_path / "plain", tmp_path / "sealed", SEAL)
    raw = (tmp_path / "sealed").read_bytes()
    for chunks in (1, 2):
        (tmp_path / "sealed").write_bytes(raw[: chunks * SEALED_CHUNK])
        with pytest.raises(ContentError, match="was altered"):
            SEALER.open(tmp_path / "sealed", tmp_path / "opened", SEAL, chunks * CHUNK_BYTES)


@given(st.integers(0, 2**87), st.booleans(), st.integers(0, 2**87), st.booleans())
def test_no_two_chunks_of_a_file_share_a_nonce(a: int, a_last: bool, b: int, b_last: bool) -> None:
    assert (nonce_of(a, a_last) == nonce_of(b, b_last)) == ((a, a_last) == (b, b_last))
    assert len(nonce_of(a, a_last)) == 12
