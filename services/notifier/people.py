"""Everybody who wants to hear: those of the operator's file, and one file each of others in a folder."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from renderchain.core.errors import SettingsError
from renderchain.core.plain_text import printable

from . import words
from .channels.chat import check_address
from .files import begin_of
from .reach import Reach
from .rules import Channel, Chat, Desktop, Hook, MatrixRoom, Ntfy, Operator, Person, fingerprint
from .secret import Secret, SecretPlace, read_secret

MOST_BYTES = 64 * 1024
MOST_PEOPLE = 10_000
log = logging.getLogger(__name__)
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Listener:
    """A person with what the channels need."""

    person: Person
    reach: Reach
    secrets: dict[str, Secret] = field(repr=False)

    @property
    def name(self) -> str:
        """By which it is told from others."""
        return self.person.name


def read_operator(file: Path) -> Operator:
    """The operator's file. Raises SettingsError."""
    found = _model(Operator, file, _table(file, MOST_BYTES * 16, is_own=True))
    for what, url in (("index", found.index), ("dashboard", found.dashboard)):
        if url:
            _check_url(file, what, url, Reach(is_own=True))
    for one in found.watch:
        _check_url(file, f"watch {one.name!r}", one.url, Reach(is_own=True))
    return found


class People:
    """``look`` reads what changed: a wrong file is said once, and what it said before still counts."""

    def __init__(self, file: Path, operator: Operator) -> None:
        self._file, self._operator = file, operator
        own = Reach(is_own=True)
        self._own = {one.name: _listener(one, own, file, file.parent) for one in operator.person}
        self._others: dict[Path, tuple[tuple[int, int], Listener | None]] = {}
        self.wrong: dict[str, str] = {}  # files that can't be used, and why
        self.version = 0  # changes with what they say
        self._check_mail(self._own.values())
        self.look()

    def all(self) -> list[Listener]:
        """Everybody."""
        return [*self._own.values(), *(one for _, one in self._others.values() if one)]

    def find(self, name: str) -> Listener | None:
        """One, by name."""
        return next((one for one in self.all() if one.name == name), None)

    def fingerprints(self) -> dict[tuple[str, str], str]:
        """Of all channels."""
        return {
            (one.name, name): fingerprint(channel)
            for one in self.all()
            for name, channel in one.person.channels.items()
        }

    def look(self) -> None:
        """Read the files of the folder that are new or changed."""
        if not self._operator.people_folder:
            return
        folder = self._file.parent / self._operator.people_folder
        try:
            files = sorted(folder.glob("*.toml"))[:MOST_PEOPLE]
        except OSError as error:
            self._refuse(folder, f"The folder {folder} can't be read ({error.strerror}).")
            return
        others = dict(self._others)  # which others go over meanwhile: this is called in a thread of its own
        changes = 0
        for gone in set(others) - set(files):
            del others[gone]
            self.wrong.pop(gone.name, None)
            changes += 1
        changes += sum([self._look(file, others) for file in files])
        self._others = others
        self.version += changes

    def _look(self, file: Path, others: dict[Path, tuple[tuple[int, int], Listener | None]]) -> bool:
        """Whether it says something else now."""
        state, before = others.get(file, ((0, 0), None))
        try:
            found = file.stat()
            now = found.st_mtime_ns, found.st_size
            if now == state:
                return False
            others[file] = now, before
            others[file] = now, self._read(file)
        except SettingsError as error:
            self._refuse(file, str(error))
            return False
        except OSError as error:
            self._refuse(file, f"{file} can't be read ({error.strerror}).")
            return False
        except Exception as error:  # noqa: BLE001 - whatever one file makes a library raise ends nobody else's
            self._refuse(file, f"{file} can't be used ({type(error).__name__}).")
            return False
        self.wrong.pop(file.name, None)
        return True

    def _refuse(self, file: Path, why: str) -> None:
        if self.wrong.get(file.name) != why:
            self.wrong[file.name] = why
            log.warning("%s Nobody else is concerned; what the file said before still counts.", why)

    def _read(self, file: Path) -> Listener:
        table = _table(file, MOST_BYTES, is_own=False)
        if "name" in table:
            raise SettingsError(f"{file}: name: the file's own name counts; take it out.")
        person = _model(Person, file, {**table, "name": file.stem})
        if person.name in self._own:
            raise SettingsError(f"{file}: the operator's file has a person of that name; rename it.")
        if person.asks_for_services():
            raise SettingsError(
                f"{file}: what concerns the operator is told to people of the own file alone."
            )
        reach = Reach(is_own=False, hosts=frozenset(one.lower() for one in self._operator.hosts))
        found = _listener(person, reach, file, file.parent / person.name)
        self._check_mail([found])
        return found

    def _check_mail(self, people: Any) -> None:
        for one in people:
            for name, channel in one.person.channels.items():
                if channel.kind == "mail" and self._operator.mail is None:
                    raise SettingsError(
                        f"{one.name}'s channel {name} is mail, and {self._file} has no [mail]: add it."
                    )


def _listener(person: Person, reach: Reach, file: Path, folder: Path) -> Listener:
    secrets: dict[str, Secret] = {}
    for name, channel in person.channels.items():
        where = f"{person.name}'s channel {name}"
        if isinstance(channel, Hook | Ntfy | MatrixRoom):
            _check_url(file, where, channel.url, reach)
        if isinstance(channel, Desktop) and not reach.is_own:
            raise SettingsError(f"{file}: {where}: the desktop is the operator's own.")
        place = _secret_of(channel)
        if place is None:
            continue
        try:
            secrets[name] = read_secret(place, folder, is_own=reach.is_own)
            if isinstance(channel, Chat):
                check_address(secrets[name].reveal(), is_own=reach.is_own)
        except (SettingsError, ValueError) as error:
            raise SettingsError(f"{file}: {where}: {words.sentence(str(error))}") from None
    return Listener(person, reach, secrets)


def _secret_of(channel: Channel) -> SecretPlace | None:
    if isinstance(channel, Hook):
        return channel.secret
    if isinstance(channel, Chat):
        return channel.address
    return channel.token if isinstance(channel, Ntfy | MatrixRoom) else None


def _check_url(file: Path, where: str, url: str, reach: Reach) -> None:
    try:
        reach.check(url)
    except ValueError as error:
        raise SettingsError(f"{file}: {where}: the address can't be used: {error}.") from None


def _table(file: Path, most: int, *, is_own: bool) -> dict[str, Any]:
    try:
        content = begin_of(file, most, is_own=is_own)
        if len(content) > most:
            raise SettingsError(f"{file} has more than {most} bytes, and is not read.")
        return tomllib.loads(content.decode())
    except OSError as error:
        raise SettingsError(f"{file} can't be read ({error.strerror}).") from None
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, too
        raise SettingsError(f"{file} is no TOML: {printable(str(error), 200)}.") from None


def _model(kind: type[Model], file: Path, table: dict[str, Any]) -> Model:
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        raise SettingsError(f"{file}: {'; '.join(_wrong(error))}. Correct it.") from None


def _wrong(error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False, include_input=False)[:5]:
        place = ".".join(str(part) for part in one["loc"] if part not in ("mail", "webhook"))
        yield printable(f"{place}: {one['msg'].removeprefix('Value error, ')}", 300)
