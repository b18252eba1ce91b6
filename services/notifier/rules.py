"""What a person wants to hear and how, as it stands in a file."""

from __future__ import annotations

import hashlib
import zoneinfo
from email.headerregistry import Address
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from renderchain.core.errors import SettingsError
from renderchain.core.money import parse_strk

from .kinds import OPERATOR, named
from .secret import SecretPlace

NOW, HOURLY, DAILY = "now", "hourly", "daily"
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Felt = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{1,63}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class MailTo(_Strict):
    """By the operator's mail server."""

    kind: Literal["mail"]
    to: Annotated[str, Field(max_length=254)]

    @field_validator("to")
    @classmethod
    def _one_address(cls, value: str) -> str:
        try:
            found = Address(addr_spec=value)
        except Exception:  # noqa: BLE001 - Python's parser raises whatever comes of half an address
            raise ValueError("it is no mail address") from None
        if not value.isascii() or not value.isprintable() or not found.domain:
            raise ValueError("it is no mail address")
        return value


class Hook(_Strict):
    """A webhook, signed as Standard Webhooks says."""

    kind: Literal["webhook"]
    url: str
    secret: SecretPlace


class Ntfy(_Strict):
    """A topic of an ntfy server."""

    kind: Literal["ntfy"]
    url: str = "https://ntfy.sh"
    topic: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    token: SecretPlace | None = None


class MatrixRoom(_Strict):
    """A room, by an account of a home server that is in it."""

    kind: Literal["matrix"]
    url: str
    room: Annotated[str, Field(pattern=r"^![\x21-\x7e]{1,254}$")]
    token: SecretPlace


class Chat(_Strict):
    """Whatever Apprise knows; its address holds keys, so it is a secret."""

    kind: Literal["chat"]
    address: SecretPlace


class Desktop(_Strict):
    """The desktop of the user who runs the notifier."""

    kind: Literal["desktop"]


Channel = Annotated[MailTo | Hook | Ntfy | MatrixRoom | Chat | Desktop, Field(discriminator="kind")]


def fingerprint(channel: Channel) -> str:
    """By which it is told whether it still leads to the same place."""
    return hashlib.sha256(channel.model_dump_json().encode()).hexdigest()[:32]


class Rule(_Strict):
    """These kinds by these channels, at once or gathered."""

    hear: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)]
    by: Annotated[tuple[Name, ...], Field(min_length=1, max_length=10)]
    when: Literal["now", "hourly", "daily"] = "now"

    @field_validator("hear")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            named(value)
        except KeyError as error:
            raise ValueError(f"nobody can be told of {error.args[0][:40]!r}") from None
        return value


class Person(_Strict):
    """Whom things concern, and what of that they want to hear."""

    name: Name
    accounts: Annotated[tuple[Felt, ...], Field(max_length=20)] = ()
    workers: Annotated[tuple[Annotated[int, Field(ge=1, lt=2**32)], ...], Field(max_length=1000)] = ()
    time_zone: Annotated[str, Field(max_length=64)] = "UTC"
    digest_hour: Annotated[int, Field(ge=0, le=23)] = 8
    waits_minutes: Annotated[int, Field(ge=1, le=10_000)] = 30
    deadline_hours: Annotated[int, Field(ge=1, le=1000)] = 2
    silent_hours: Annotated[int, Field(ge=1, le=1000)] = 12
    low_strk: str = "5"
    channels: Annotated[dict[Name, Channel], Field(min_length=1, max_length=10)]
    rules: Annotated[tuple[Rule, ...], Field(max_length=50)] = ()

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("it is no time zone such as Europe/Berlin") from None
        return value

    @field_validator("low_strk")
    @classmethod
    def _amount(cls, value: str) -> str:
        try:
            parse_strk(value)
        except SettingsError as error:
            raise ValueError(str(error)) from None
        return value

    @model_validator(mode="after")
    def _whole(self) -> Person:
        for rule in self.rules:
            for name in rule.by:
                if name not in self.channels:
                    raise ValueError(f"a rule goes by {name!r}, and there is no such channel")
        return self

    @property
    def felts(self) -> frozenset[int]:
        """The accounts."""
        return frozenset(int(one, 16) for one in self.accounts)

    @property
    def low_fri(self) -> int:
        """Under which an account holds little."""
        return parse_strk(self.low_strk)

    def hears(self, kind: str) -> dict[str, str]:
        """By which channels, and when; the soonest, where rules name a channel twice."""
        found: dict[str, str] = {}
        for rule in self.rules:
            if kind in named(rule.hear):
                for name in rule.by:
                    found[name] = min(found.get(name, DAILY), rule.when, key=(NOW, HOURLY, DAILY).index)
        return found

    def asks_for_services(self) -> bool:
        """Whether a rule is about the operator's own things."""
        return any(named(rule.hear) & OPERATOR.keys() for rule in self.rules)


class MailServer(_Strict):
    """Who sends the mail."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: SecretPlace | None = None
    sender: Annotated[str, Field(max_length=254)]

    @field_validator("sender")
    @classmethod
    def _one_address(cls, value: str) -> str:
        return MailTo(kind="mail", to=value).to


class Watched(_Strict):
    """An address that answers 200 while all is well."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    url: str
    minutes: Annotated[int, Field(ge=1, le=1440)] = 2  # without an answer, until it is told


class Operator(_Strict):
    """The operator's file."""

    index: str
    dashboard: str = ""
    settings: str = ""  # of a node, to see what accounts hold
    database: str = ""
    people_folder: str = ""
    hosts: Annotated[tuple[str, ...], Field(max_length=100)] = ()
    mail: MailServer | None = None
    watch: Annotated[tuple[Watched, ...], Field(max_length=200)] = ()
    person: Annotated[tuple[Person, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def _once(self) -> Operator:
        names = [one.name for one in self.person]
        if len(names) != len(set(names)):
            raise ValueError("two people have one name")
        watched = [one.name for one in self.watch]
        if len(watched) != len(set(watched)):
            raise ValueError("two addresses that are watched have one name")
        return self
