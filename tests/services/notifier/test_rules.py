"""What people may write into their files, and what is said where it makes no sense."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

import pytest
from pydantic import ValidationError
from renderchain.core.errors import SettingsError

from services.notifier import people as people_module
from services.notifier.audience import gathered_until
from services.notifier.people import Listener, read_operator
from services.notifier.rules import MailTo, Person
from services.notifier.secret import Secret
from tests.services.notifier.written import hooked, people_of, write_operator, write_person

MAIL = '[mail]\nhost = "127.0.0.1"\nport = 25\nsecurity = "none"\nsender = "render@example.org"\n'
RULE = 'rules = [{ hear = ["artist"], by = ["way"] }]\n'
HOOK = 'channels.way = { kind = "webhook", url = "https://example.org/hook", secret = { file = "key" } }\n'


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ('channels.way = { kind = "webhook", url = "ftp://a/b", secret = { file = "hook.key" } }', "https://"),
        ('channels.way = { kind = "webhook", url = "https://u:p@a/", secret = { env = "A" } }', "user and"),
        ('channels.way = { kind = "webhook", url = "https://a/b", secret = { file = "none" } }', "not there"),
        ('channels.way = { kind = "webhook", url = "https://a/b", secret = { env = "NO_KEY" } }', "NO_KEY"),
        ('channels.way = { kind = "webhook", url = "https://a/b", secret = {} }', "name one place"),
        ('channels.way = { kind = "webhook", url = "https://a/b", secret = "whsec_abc" }', "channels.way"),
        ('channels.way = { kind = "pigeon" }', "channels.way"),
        ('channels.way = { kind = "mail", to = "nobody" }', "mail address"),
        ('channels.way = { kind = "mail", to = "a@b\\nBcc: c@d" }', "mail address"),
        ('channels.way = { kind = "ntfy", topic = "../secret" }', "topic"),
        ('channels.way = { kind = "matrix", url = "https://m", room = "#n", token = { env = "A" } }', "room"),
        ('channels.way = { kind = "desktop" }\ntime_zone = "Mars/Base"', "time zone"),
        ('channels.way = { kind = "desktop" }\nlow_strk = "much"', "low_strk"),
        ('channels.way = { kind = "desktop" }\naccounts = ["me"]', "accounts.0"),
        ('channels.way = { kind = "desktop" }\nrules = [{ hear = ["gossip"], by = ["way"] }]', "gossip"),
        ('channels.way = { kind = "desktop" }\nrules = [{ hear = ["paid"], by = ["no"] }]', "no such"),
        ('channels.way = { kind = "desktop" }\ncolour = "red"', "colour"),
        ("", "channels"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_at_its_place(tmp_path: Path, person: str, said: str) -> None:
    file = write_operator(tmp_path, more=MAIL, person=f'[[person]]\nname = "ada"\n{person}')
    with pytest.raises(SettingsError) as refused:
        people_of(file)
    assert said in str(refused.value) and str(tmp_path) in str(refused.value)


@pytest.mark.parametrize(
    "to",
    [
        "",
        "@",
        "@b",
        "a@",
        "a@@b",
        '"',
        '"a',
        "(",
        "a@[",
        "a@[b",
        "<a@b>",
        "a@b>",
        ",@b",
        "a@b(c",
        "a@b,c@d",
        "a@b\x7f",
    ],
)
def test_half_a_mail_address_is_none(to: str) -> None:
    """What Python raises of some of them ended the notifier, also where they stood in a person's file."""
    with pytest.raises(ValidationError, match="no mail address"):
        MailTo(kind="mail", to=to)


@pytest.mark.parametrize(
    ("text", "said"),
    [("index = 3", "index"), ("index = ", "TOML"), ('index = "gopher://x"', "https://"), ("", "index")],
)
def test_the_operator_s_own_file_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "notifier.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=said):
        read_operator(file)
    with pytest.raises(SettingsError, match="can't be read"):
        read_operator(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ('kind = "webhook", url = "http://example.org/hook", secret = { file = "key" }', "https://"),
        ('kind = "webhook", url = "https://127.0.0.1/hook", secret = { file = "key" }', "no public address"),
        ('kind = "webhook", url = "https://localhost/hook", secret = { file = "key" }', "no public address"),
        ('kind = "webhook", url = "https://[::1]/hook", secret = { file = "key" }', "no public address"),
        ('kind = "webhook", url = "https://example.org/", secret = { env = "PATH" }', "operator's alone"),
        ('kind = "webhook", url = "https://example.org/", secret = { file = "../hook.key" }', "name of a"),
        ('kind = "ntfy", url = "https://10.0.0.1", topic = "t"', "no public address"),
        ('kind = "matrix", url = "https://192.168.1.1", room = "!r:m", token = { file = "key" }', "public"),
        ('kind = "desktop"', "operator's own"),
        ('kind = "chat", address = { file = "key" }', "must begin with one of"),
    ],
)  # fmt: skip
def test_people_of_the_folder_reach_public_machines_alone(
    tmp_path: Path, channel: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    write_operator(tmp_path, more=MAIL)
    write_person(tmp_path, "eve", f"channels.way = {{ {channel} }}\n{RULE}", "json://10.0.0.1/")
    write_person(tmp_path, "bob", HOOK + RULE)
    people = people_of(tmp_path / "notifier.toml")
    assert [one.name for one in people.all()] == ["bob"]
    assert said in people.wrong["eve.toml"] and said in caplog.text


@pytest.mark.parametrize(
    "address", ["file:///tmp/x", "syslog://", "dbus://", "json://example.org/", "no address"]
)
def test_no_chat_of_the_folder_leads_to_files_the_desktop_or_a_named_host(
    tmp_path: Path, address: str
) -> None:
    write_operator(tmp_path)
    write_person(
        tmp_path, "eve", f'channels.way = {{ kind = "chat", address = {{ file = "key" }} }}\n{RULE}', address
    )
    assert "address" in people_of(tmp_path / "notifier.toml").wrong["eve.toml"]


def test_a_link_to_a_file_elsewhere_is_no_secret(tmp_path: Path) -> None:
    write_operator(tmp_path)
    write_person(tmp_path, "eve", HOOK + RULE)
    key = tmp_path / "people" / "eve" / "key"
    key.unlink()
    key.symlink_to(tmp_path / "hook.key")
    assert "name of a file" in people_of(tmp_path / "notifier.toml").wrong["eve.toml"]


CHAT = f'channels.way = {{ kind = "chat", address = {{ file = "key" }} }}\n{RULE}'


def test_an_address_that_makes_no_sense_to_a_library_is_nobody_elses_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ended the notifier, at each start."""
    write_operator(tmp_path)
    write_person(tmp_path, "bob", HOOK + RULE)
    write_person(tmp_path, "eve", CHAT, "tgram://")
    write_person(tmp_path, "mallory", HOOK + RULE)

    def burst(person: Person, *_: object) -> Listener:
        if person.name == "mallory":
            raise AttributeError("what no library should raise")
        return made(person, *_)  # type: ignore[arg-type]

    made = people_module._listener
    monkeypatch.setattr(people_module, "_listener", burst)
    people = people_of(tmp_path / "notifier.toml")
    assert [one.name for one in people.all()] == ["bob"]
    assert "none that Apprise knows" in people.wrong["eve.toml"]
    assert "can't be used (AttributeError)" in people.wrong["mallory.toml"]


@pytest.mark.parametrize("pipe", ["eve.toml", "eve/key"])
def test_a_pipe_in_the_place_of_a_persons_file_keeps_nobody_waiting(tmp_path: Path, pipe: str) -> None:
    """Whoever reads one waits for a writer: no file of people was read any more, or the start never ended."""
    write_operator(tmp_path)
    write_person(tmp_path, "bob", HOOK + RULE)
    write_person(tmp_path, "eve", HOOK + RULE)
    (tmp_path / "people" / pipe).unlink()
    os.mkfifo(tmp_path / "people" / pipe)
    people = people_of(tmp_path / "notifier.toml")
    assert [one.name for one in people.all()] == ["bob"]
    assert "it is no plain file" in people.wrong["eve.toml"]


def test_the_operators_own_secret_may_be_a_pipe(tmp_path: Path) -> None:
    file = write_operator(tmp_path, person=hooked("https://example.org/x"))
    (tmp_path / "hook.key").unlink()
    os.mkfifo(tmp_path / "hook.key")
    writing = threading.Thread(target=(tmp_path / "hook.key").write_text, args=["whsec_abc"])
    writing.start()
    (ada,) = people_of(file).all()
    writing.join()
    assert ada.secrets["hook"].reveal() == "whsec_abc"


def test_a_host_that_the_operator_named_may_be_private(tmp_path: Path) -> None:
    write_operator(tmp_path, more='hosts = ["ntfy.lan"]')
    write_person(
        tmp_path,
        "bob",
        f'channels.way = {{ kind = "ntfy", url = "http://ntfy.lan:8080", topic = "t" }}\n{RULE}',
    )
    assert people_of(tmp_path / "notifier.toml").wrong == {}


def test_what_concerns_the_operator_is_not_for_others(tmp_path: Path) -> None:
    write_operator(tmp_path)
    write_person(tmp_path, "eve", f'{HOOK}rules = [{{ hear = ["service_down"], by = ["way"] }}]')
    assert "operator" in people_of(tmp_path / "notifier.toml").wrong["eve.toml"]


@pytest.mark.parametrize("broken", ["broken = = true", f"broken = {'9' * 5000}"])
def test_a_changed_file_counts_and_a_broken_one_leaves_what_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    write_operator(tmp_path)
    write_person(tmp_path, "bob", HOOK + RULE)
    people = people_of(tmp_path / "notifier.toml")
    write_person(tmp_path, "bob", broken)
    people.look()
    people.look()
    found = people.find("bob")
    assert found is not None and found.person.hears("job_done") == {"way": "now"}
    assert caplog.text.count("no TOML") == 1
    write_person(tmp_path, "bob", HOOK + RULE + "waits_minutes = 7")
    people.look()
    found = people.find("bob")
    assert found is not None and found.person.waits_minutes == 7 and people.wrong == {}
    (tmp_path / "people" / "bob.toml").unlink()
    people.look()
    assert people.all() == []


def test_the_soonest_of_two_rules_counts(tmp_path: Path) -> None:
    person = hooked("https://example.org/x").replace(
        "rules = [", 'rules = [{ hear = ["job_done"], by = ["hook"], when = "daily" }, '
    )
    (ada,) = people_of(write_operator(tmp_path, person=person)).all()
    assert ada.person.hears("job_done") == {"hook": "now"}
    assert ada.person.hears("service_down") == {}


def test_no_secret_is_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        people = people_of(write_operator(tmp_path, person=hooked("https://example.org/x")))
    (ada,) = people.all()
    secret = ada.secrets["hook"].reveal()
    assert secret.startswith("whsec_")
    assert secret not in f"{ada!r} {ada.secrets!r} {Secret(secret)!s} {caplog.text}"


@pytest.mark.parametrize(
    ("when", "zone", "now_s", "until_s"),
    [
        ("now", "UTC", 1_000_000_000, None),
        ("hourly", "UTC", 3600 * 5 + 1, 3600 * 6),
        ("daily", "UTC", 86400 + 7 * 3600, 86400 + 8 * 3600),
        ("daily", "UTC", 86400 + 8 * 3600, 2 * 86400 + 8 * 3600),
        ("daily", "Europe/Berlin", 1_774_742_400, 1_774_764_000),  # the night in which summer begins
    ],
)
def test_what_is_gathered_waits_for_its_hour(when: str, zone: str, now_s: int, until_s: int | None) -> None:
    assert gathered_until(when, now_s, zone, 8) == until_s
