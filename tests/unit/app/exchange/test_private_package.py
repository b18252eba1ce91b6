"""Of a private package outsiders see sizes and counts; who has its key sees the package, or a refusal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.adapters.sealing import AccountSceneKey, ChaChaSealer
from renderchain.app.exchange.package import PinnedPackage, fetch_package, pin_package, read_package
from renderchain.app.exchange.package_cache import (
    drop_all_opened,
    drop_if_unused,
    drop_opened,
    in_use,
    opened_of,
)
from renderchain.app.exchange.private_package import PrivateOpening, PrivateSealing, is_ready, open_package
from renderchain.core.errors import ContentError, KeyMissing
from renderchain.core.ids import JobId, WorkerId
from renderchain.core.job import JobInfo
from renderchain.core.manifest import MANIFEST_NAME, Manifest
from renderchain.core.notices.jobs import DownloadStarted, PackageDamaged
from renderchain.core.private_package import (
    LEAST_BYTES,
    KeyPlace,
    PrivateHeader,
    SharedKey,
    WrappedKey,
    filled_size,
    is_private,
    object_seal,
    package_key_of,
    parse_private,
    parse_shared,
)
from renderchain.core.sealed import CHUNK_BYTES, TAG_BYTES, FileSeal, sealed_size

from devkit.fakes.clock import run
from devkit.fakes.content_store import Folder, MemoryStore
from devkit.fakes.package import pack
from devkit.fakes.reporter import RecordingReporter
from tests.unit.app.bench import TASKS, job_info
from tests.unit.core.blend.made import Addresses, Form, Thing, scene

ACCOUNT_KEY, CHAIN_ID = 2**251 - 9, 7
SEALER = ChaChaSealer()
PLACE = KeyPlace(CHAIN_ID, 2**250, JobId(3), WorkerId(4))
SCENE_KEY = AccountSceneKey(12345, CHAIN_ID)


def key_of(salt: bytes) -> bytes:
    return package_key_of(ACCOUNT_KEY, CHAIN_ID, salt)


class Keys:
    """Gives the key, another one, or none."""

    def __init__(self, key_of: Callable[[bytes], bytes] | None = key_of) -> None:
        self.key_of_salt = key_of

    async def key_of(self, job: JobInfo, header: PrivateHeader) -> bytes:
        if self.key_of_salt is None:
            raise KeyMissing("nobody gave it")
        return self.key_of_salt(header.salt)


class Shelf:
    """A private package in the store, with a .blend in pieces, and the cache of somebody who fetches it."""

    def __init__(self, folder: Path) -> None:
        self.store, self.reporter, self.cache = MemoryStore(), RecordingReporter(), folder / "packages"
        self.cache.mkdir()
        self.source = folder / "scene"
        things = [Thing(f"OBSecret name {number}", plain=bytes([number]) * 9000) for number in range(40)]
        raw = scene(Form(), things, Addresses([2**24 + 64 * place for place in range(200)]))
        self.manifest = pack(self.source, range(1, TASKS + 1), raw)
        self.package = self.pin()

    def pin(self) -> PinnedPackage:
        sealing = PrivateSealing(SEALER, key_of)
        return run(
            pin_package(self.store, self.source, self.manifest, bytes(range(32)), self.reporter, sealing)
        )

    @property
    def stored(self) -> Folder:
        return self.store.folders[self.package.cid]

    @property
    def header(self) -> PrivateHeader:
        return parse_private(self.stored[MANIFEST_NAME])

    def job(self) -> JobInfo:
        return job_info(self.package)

    @property
    def downloads(self) -> int:
        return sum(isinstance(one, DownloadStarted) for one in self.reporter.told)

    def fetch(self, keys: Keys | None = None) -> tuple[Path, Manifest]:
        opening = PrivateOpening(SEALER, keys or Keys())(self.job())
        size = (self.package.size_bytes, self.package.file_count)
        place = (self.store, self.package.cid, *size, self.cache, self.reporter)
        return run(fetch_package(*place, opening=opening))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_who_has_the_key_finds_the_package_as_it_was_packed(shelf: Shelf) -> None:
    package, manifest = shelf.fetch()
    assert (package, manifest) == (opened_of(shelf.cache / shelf.package.cid), shelf.package.manifest)
    assert manifest.recipes, "the scene is in pieces"
    for file in shelf.manifest.files:
        assert (package / file.path).read_bytes() == (shelf.source / file.path).read_bytes()
    assert shelf.fetch() == (package, manifest)
    assert shelf.downloads == 1


def test_an_outsider_sees_sizes_and_counts_alone(shelf: Shelf) -> None:
    everything = b"".join(name.encode() + content for name, content in sorted(shelf.stored.items()))
    plain = [path for path in shelf.source.rglob("*") if path.is_file()]
    for shown in [path.name.encode() for path in plain] + [b"Secret name", b"blender_version", b"recipes"]:
        assert shown not in everything
    assert set(shelf.stored) == {MANIFEST_NAME, *map(str, range(shelf.header.objects))}
    sizes = {sealed_size(filled_size(size)) for size in range(0, LEAST_BYTES * 64, 64)}
    assert {len(shelf.stored[str(number)]) for number in range(shelf.header.objects)} <= sizes
    assert len(sizes) < 200


def test_the_same_scene_submitted_twice_has_nothing_in_common(shelf: Shelf) -> None:
    again = shelf.store.folders[shelf.pin().cid]
    assert not set(again.values()) & set(shelf.stored.values())


def test_what_the_disk_holds_of_it_is_what_the_job_says(shelf: Shelf) -> None:
    shelf.fetch()
    files = [path for path in shelf.cache.rglob("*") if path.is_file() and path.suffix != ".sha256"]
    assert sum(path.stat().st_size for path in files) == shelf.package.size_bytes
    assert len(files) == shelf.package.file_count


def test_one_byte_more_than_was_announced_is_refused_and_nothing_opened_stays(shelf: Shelf) -> None:
    shelf.fetch()
    folder = shelf.cache / shelf.package.cid
    drop_opened(folder)
    size = shelf.package.size_bytes
    key = key_of(shelf.header.salt)
    with pytest.raises(ContentError, match="were announced"):
        open_package(SEALER, folder, shelf.header, key, size - 1)
    assert list(opened_of(folder).parent.iterdir()) == []
    open_package(SEALER, folder, shelf.header, key, size)


def test_without_its_key_it_is_not_opened(shelf: Shelf) -> None:
    with pytest.raises(KeyMissing):
        shelf.fetch(Keys(None))
    with pytest.raises(ContentError, match="is not that of its package"):
        shelf.fetch(Keys(lambda salt: bytes(32)))
    assert not opened_of(shelf.cache / shelf.package.cid).exists()
    assert not is_ready(shelf.cache / shelf.package.cid)
    shelf.fetch()
    assert is_ready(shelf.cache / shelf.package.cid)


def test_who_can_have_no_key_refuses_it(shelf: Shelf) -> None:
    size = (shelf.package.size_bytes, shelf.package.file_count)
    with pytest.raises(ContentError, match="nobody here can have its key"):
        run(fetch_package(shelf.store, shelf.package.cid, *size, shelf.cache, shelf.reporter))
    with pytest.raises(ContentError, match="can't be read without its key"):
        read_package(shelf.cache / shelf.package.cid)


def test_another_number_of_objects_than_of_files_is_refused(shelf: Shelf) -> None:
    """Whoever made the package has its key: what is encrypted is nobody's word either."""
    shelf.fetch()
    folder, key = shelf.cache / shelf.package.cid, key_of(shelf.header.salt)
    drop_opened(folder)
    more = replace(shelf.header, objects=shelf.header.objects + 1)
    with pytest.raises(ContentError, match="another number of objects than files"):
        open_package(SEALER, folder, more, key, shelf.package.size_bytes)


def test_a_package_that_its_own_maker_sealed_wrongly_leaves_no_file_elsewhere(shelf: Shelf) -> None:
    shelf.fetch()
    folder, key = shelf.cache / shelf.package.cid, key_of(shelf.header.salt)
    drop_opened(folder)
    document = shelf.package.manifest.to_bytes().replace(b'"main.blend"', b'"../m.blend"')
    plain = shelf.cache / "manifest"
    plain.write_bytes(document)
    (folder / "0").unlink()
    SEALER.seal_object(plain, folder / "0", object_seal(key, shelf.header.salt, 0))
    with pytest.raises(ContentError, match="leaves its folder"):
        open_package(SEALER, folder, shelf.header, key, shelf.package.size_bytes)
    assert list(opened_of(folder).parent.iterdir()) == []


def _flip(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def _swap_chunks(content: bytes) -> bytes:
    sealed = CHUNK_BYTES + TAG_BYTES
    return content[sealed : 2 * sealed] + content[:sealed] + content[2 * sealed :]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (_flip, "was altered"),
        (lambda content: content[: -CHUNK_BYTES // 2], "none of a private package|has|altered"),
        (lambda content: content[: -(CHUNK_BYTES + TAG_BYTES)], "altered"),
        (_swap_chunks, "altered"),
        (lambda content: b"", "none of a private package"),
    ],
    ids=["flipped", "cut", "a chunk short", "chunks swapped", "empty"],
)
def test_an_altered_object_is_refused(tmp_path: Path, how: Callable[[bytes], bytes], why: str) -> None:
    plain, sealed, opened = tmp_path / "plain", tmp_path / "sealed", tmp_path / "opened"
    plain.write_bytes(b"x" * (2 * CHUNK_BYTES) + b"y" * CHUNK_BYTES)
    seal = FileSeal(b"k" * 32, b"place")
    SEALER.seal_object(plain, sealed, seal)
    sealed.write_bytes(how(sealed.read_bytes()))
    with pytest.raises(ContentError, match=why):
        SEALER.open_object(sealed, opened, seal)
    assert not opened.exists()


def test_objects_that_change_places_or_come_from_another_package_are_refused(shelf: Shelf) -> None:
    folder, key = shelf.cache / shelf.package.cid, key_of(shelf.header.salt)
    shelf.fetch()
    drop_opened(folder)
    first, second = folder / "1", folder / "2"
    kept = first.read_bytes(), second.read_bytes()
    first.write_bytes(kept[1])
    second.write_bytes(kept[0])
    with pytest.raises(ContentError, match="altered"):
        open_package(SEALER, folder, shelf.header, key, shelf.package.size_bytes)
    first.write_bytes(shelf.store.folders[shelf.pin().cid]["1"])
    with pytest.raises(ContentError, match="altered"):
        open_package(SEALER, folder, shelf.header, key, shelf.package.size_bytes)


def test_what_was_damaged_on_the_disk_is_fetched_once_more(shelf: Shelf) -> None:
    package, _ = shelf.fetch()
    drop_opened(shelf.cache / shelf.package.cid)
    path = shelf.cache / shelf.package.cid / "1"
    path.write_bytes(_flip(path.read_bytes()))
    assert shelf.fetch()[0] == package
    assert [one for one in shelf.reporter.told if isinstance(one, PackageDamaged)] != []
    assert shelf.downloads == 2


def test_a_damaged_file_of_an_opened_package_is_opened_again(shelf: Shelf) -> None:
    package, manifest = shelf.fetch()
    path = package / manifest.main_blend
    before = path.read_bytes()
    path.write_bytes(_flip(before))
    shelf.fetch()
    assert path.read_bytes() == before
    assert shelf.downloads == 1


def test_what_was_opened_goes_when_nobody_uses_it(shelf: Shelf) -> None:
    package, _ = shelf.fetch()
    stored = shelf.cache / shelf.package.cid
    with in_use(package):
        drop_opened(stored)
        drop_all_opened(shelf.cache)
        assert not drop_if_unused(stored)
        assert package.is_dir()
    drop_all_opened(shelf.cache)
    assert not package.parent.exists()
    assert stored.is_dir()
    shelf.fetch()
    assert drop_if_unused(stored)
    assert not package.parent.exists()


def test_others_can_not_read_what_was_opened(shelf: Shelf) -> None:
    package, _ = shelf.fetch()
    assert package.parent.stat().st_mode & 0o077 == 0


def test_who_is_cancelled_leaves_nothing_that_is_still_written(shelf: Shelf) -> None:
    class Slow(ChaChaSealer):
        ended = 0

        def open_object(self, source: Path, target: Path, seal: FileSeal) -> None:
            super().open_object(source, target, seal)
            type(self).ended += 1

    async def live() -> None:
        opening = PrivateOpening(Slow(), Keys())(shelf.job())
        size = (shelf.package.size_bytes, shelf.package.file_count)
        fetching = asyncio.create_task(
            fetch_package(shelf.store, shelf.package.cid, *size, shelf.cache, shelf.reporter, opening=opening)
        )
        while not opened_of(shelf.cache / shelf.package.cid).parent.exists():
            await asyncio.sleep(0)
        fetching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetching
        assert Slow.ended == shelf.header.objects

    asyncio.run(live())


@given(st.integers(0, 2**44))
def test_a_filled_object_is_at_most_an_eighth_longer_and_of_few_lengths(size: int) -> None:
    filled = filled_size(size)
    assert size + 8 <= filled
    assert filled == LEAST_BYTES or filled <= (size + 8) * 1.125
    assert filled_size(filled - 8) == filled, "of all that fill it up one is as long as it"


@given(st.binary(max_size=LEAST_BYTES + 4096))
def test_an_object_holds_its_file(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("object")
    (folder / "plain").write_bytes(raw)
    seal = FileSeal(b"k" * 32, b"place")
    SEALER.seal_object(folder / "plain", folder / "sealed", seal)
    SEALER.open_object(folder / "sealed", folder / "opened", seal)
    assert (folder / "opened").read_bytes() == raw


@pytest.mark.parametrize("extra", [-9, -8, -7, 0, 1])
def test_an_object_of_whole_chunks_holds_its_file(tmp_path: Path, extra: int) -> None:
    raw = bytes(range(256)) * (CHUNK_BYTES // 256) + b"!" * (CHUNK_BYTES + extra)
    (tmp_path / "plain").write_bytes(raw)
    seal = FileSeal(b"k" * 32, b"place")
    SEALER.seal_object(tmp_path / "plain", tmp_path / "sealed", seal)
    SEALER.open_object(tmp_path / "sealed", tmp_path / "opened", seal)
    assert (tmp_path / "opened").read_bytes() == raw


def test_a_wrapped_key_opens_for_its_worker_and_job_alone() -> None:
    wrapped = SEALER.wrap_package_key(b"k" * 32, SCENE_KEY.public_key, PLACE)
    assert wrapped == SEALER.wrap_package_key(b"k" * 32, SCENE_KEY.public_key, PLACE)
    assert SCENE_KEY.unwrap_package_key(wrapped, PLACE) == b"k" * 32
    for other in (
        replace(PLACE, chain_id=8),
        replace(PLACE, board=9),
        replace(PLACE, job_id=JobId(4)),
        replace(PLACE, worker_id=WorkerId(5)),
    ):
        assert SCENE_KEY.unwrap_package_key(wrapped, other) is None
    assert AccountSceneKey(12346, CHAIN_ID).unwrap_package_key(wrapped, PLACE) is None
    assert AccountSceneKey(12345, CHAIN_ID + 1).unwrap_package_key(wrapped, PLACE) is None
    altered = replace(wrapped, tag=_flip(wrapped.tag))
    assert SCENE_KEY.unwrap_package_key(altered, PLACE) is None
    assert SCENE_KEY.unwrap_package_key(WrappedKey(bytes(32), bytes(32), bytes(16)), PLACE) is None


def test_nothing_is_wrapped_for_a_key_that_hides_nothing() -> None:
    with pytest.raises(ContentError, match="Worker 4 published a key"):
        SEALER.wrap_package_key(b"k" * 32, bytes(32), PLACE)


def test_a_header_says_what_it_is_and_what_is_no_header_is_a_manifest(shelf: Shelf) -> None:
    raw = shelf.header.to_bytes()
    assert is_private(raw)
    assert parse_private(raw) == shelf.header
    assert not is_private(shelf.package.manifest.to_bytes())
    with pytest.raises(ContentError, match="'objects' is 1, not 2"):
        parse_private(replace(shelf.header, objects=1).to_bytes())
    assert shelf.header.fits(key_of(shelf.header.salt))


def test_the_key_of_an_account_is_another_on_another_chain_and_for_another_salt() -> None:
    keys = {
        package_key_of(account, chain, salt)
        for account in (1, 2)
        for chain in (1, 2)
        for salt in (bytes(32), bytes(31) + b"1")
    }
    assert len(keys) == 8


def test_a_shared_key_is_read_as_it_was_written_and_never_shown() -> None:
    shared = SharedKey(2**250, JobId(7), b"k" * 32)
    assert parse_shared(shared.to_bytes()) == shared
    assert "6b6b" not in repr(shared) and "kkk" not in repr(shared)
    with pytest.raises(ContentError, match="'board' is no address"):
        parse_shared(shared.to_bytes().replace(hex(2**250).encode(), b"board"))
