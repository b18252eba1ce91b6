"""Each channel against a server of its kind: what arrives, and what is said where nothing does."""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
import socket
from collections.abc import Callable, Coroutine
from contextlib import closing, suppress
from typing import Any

import pytest
from apprise import Apprise
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from services.notifier.channels import chat
from services.notifier.channels.chat import FIXED, send_chat
from services.notifier.channels.http import request
from services.notifier.channels.mail import send_mail
from services.notifier.channels.matrix import send_matrix
from services.notifier.channels.ntfy import send_ntfy
from services.notifier.channels.webhook import send_hook
from services.notifier.notice import Gone, Message, Notice, NotSent
from services.notifier.reach import Reach, is_public
from services.notifier.rules import Hook, MailServer, MatrixRoom, Ntfy
from services.notifier.secret import Secret, SecretPlace
from tests.services.notifier.receivers import SECRET, Mailbox, Received

OWN, OTHERS = Reach(is_own=True), Reach(is_own=False)
PLACE = SecretPlace(file="key")
LINK = "https://dash.example/#/jobs/0xb/7"
NOTICE = Notice("job_done", "c/job_done", "Job 7 is done", "All <b> of it.", LINK, 1_000, 12)
MESSAGE = Message("m1", "job_done", NOTICE.title, NOTICE.text, LINK, 2_000, (NOTICE,))


def sent(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def refusal(work: Coroutine[Any, Any, None]) -> NotSent:
    with pytest.raises(NotSent) as refused:
        asyncio.run(work)
    return refused.value


def hook(received: Received) -> Hook:
    return Hook(kind="webhook", url=f"{received.url}/hook", secret=PLACE)


def test_a_webhook_is_signed_and_says_all(receiver: Received) -> None:
    sent(send_hook(hook(receiver), Secret(SECRET), OWN, MESSAGE))
    (one,) = receiver.requests
    found = Webhook(SECRET).verify(one.body, one.headers)
    assert (one.method, one.path, one.headers["webhook-id"]) == ("POST", "/hook", "m1")
    assert found["type"] == "job_done" and found["data"]["title"] == "Job 7 is done"
    assert found["data"]["notices"][0] == {
        **{"kind": "job_done", "cause": "c/job_done", "title": NOTICE.title, "text": NOTICE.text},
        **{"link": LINK, "happened": "1970-01-01T00:16:40Z", "block": 12},
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(one.body.replace("7", "8"), one.headers)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_short", "not base64 at all!", "whsec_" + "A" * 200])
def test_a_webhook_without_a_fit_secret_is_not_sent(receiver: Received, secret: str) -> None:
    error = refusal(send_hook(hook(receiver), Secret(secret), OWN, MESSAGE))
    assert "whsec_" in str(error) and secret not in str(error) or secret == "whsec_"
    assert receiver.requests == []


def test_410_ends_a_webhook(receiver: Received) -> None:
    receiver.answer = lambda request: (410, {})
    with pytest.raises(Gone):
        asyncio.run(send_hook(hook(receiver), Secret(SECRET), OWN, MESSAGE))


@pytest.mark.parametrize(
    ("status", "headers", "said", "after_s"),
    [
        (500, {}, "500", 0),
        (429, {"Retry-After": "77"}, "429", 77),
        (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, "503", 0),
        (503, {"Retry-After": "soon"}, "503", 0),
        (302, {"Location": "http://169.254.169.254/latest"}, "sends us on", 0),
    ],
)
def test_other_answers_are_failures_and_nobody_is_followed(
    receiver: Received, status: int, headers: dict[str, str], said: str, after_s: int
) -> None:
    receiver.answer = lambda request: (status, headers)
    error = refusal(send_hook(hook(receiver), Secret(SECRET), OWN, MESSAGE))
    assert said in str(error) and error.after_s == after_s
    assert len(receiver.requests) == 1


def test_nobody_there_is_a_failure() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    gone = Hook(kind="webhook", url=f"http://127.0.0.1:{port}/", secret=PLACE)
    assert "can't be reached" in str(refusal(send_hook(gone, Secret(SECRET), OWN, MESSAGE)))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "fe80::1%eth0"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
        *("2001:db8::1", "3fff::1", "5f00::1", "fec0::1", "::ffff:0:7f00:1", "64:ff9b:1::7f00:1"),
        *("192.0.0.192", "192.88.99.1", "100.100.100.200", "198.18.0.1", "240.0.0.1", "2001:0:7f00:1::"),
    ],
)  # fmt: skip
def test_what_is_no_public_address(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_what_is_a_public_address(address: str) -> None:
    assert is_public(address)


Names = Callable[[dict[str, list[str]]], None]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Makes names lead to addresses, one after the other where they have several answers."""

    def make(known: dict[str, list[str]]) -> None:
        async def getaddrinfo(self: Any, host: str, port: int, **kind: Any) -> list[Any]:
            answers = known[host]
            found = answers.pop(0) if len(answers) > 1 else answers[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found.split()]

        monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", getaddrinfo)

    return make


@pytest.mark.parametrize("answer", ["127.0.0.1", "8.8.8.8 127.0.0.1", "10.0.0.7"])
def test_a_name_that_leads_to_a_private_address_is_not_asked(
    names: Names, receiver: Received, answer: str
) -> None:
    port = receiver.url.rpartition(":")[2]
    names({"rebind.example": [answer]})
    error = refusal(request("POST", f"https://rebind.example:{port}/", OTHERS, b"", {}))
    assert "not public" in str(error)
    assert receiver.requests == []


def test_a_name_is_resolved_once_so_that_it_can_not_change_between_look_and_connection(
    names: Names, receiver: Received
) -> None:
    port = receiver.url.rpartition(":")[2]
    answers = ["8.8.8.8", "127.0.0.1"]
    names({"rebind.example": answers})
    reach = Reach(is_own=False)
    found = asyncio.run(reach.resolver().resolve("rebind.example", int(port)))
    assert [one["host"] for one in found] == ["8.8.8.8"] and len(answers) == 1


def test_a_host_that_the_operator_named_is_reached(receiver: Received) -> None:
    named = Reach(is_own=False, hosts=frozenset({"127.0.0.1"}))
    sent(send_hook(hook(receiver), Secret(SECRET), named, MESSAGE))
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "127.1", "localhost", "0x7f.1", "[::1]"])
def test_however_this_machine_is_written_others_do_not_reach_it(receiver: Received, host: str) -> None:
    port = receiver.url.rpartition(":")[2]
    refusal(request("POST", f"https://{host}:{port}/", OTHERS, b"", {}))
    assert receiver.requests == []


def test_ntfy_gets_title_text_link_and_token(receiver: Received) -> None:
    topic = Ntfy(kind="ntfy", url=receiver.url, topic="renders", token=PLACE)
    sent(send_ntfy(topic, Secret("tk_abc"), OWN, MESSAGE))
    (one,) = receiver.requests
    assert one.json == {
        **{"topic": "renders", "title": "Job 7 is done", "message": "All <b> of it."},
        **{"priority": 3, "click": LINK},
    }
    assert one.headers["authorization"] == "Bearer tk_abc"


def test_ntfy_is_sent_no_more_than_it_shows(receiver: Received) -> None:
    long = Message("m2", "service_down", "Long", "ä" * 9000, "", 0)
    sent(send_ntfy(Ntfy(kind="ntfy", url=receiver.url, topic="t"), None, OWN, long))
    (one,) = receiver.requests
    assert len(one.json["message"].encode()) <= 3600 and one.json["priority"] == 4
    assert "authorization" not in one.headers and "click" not in one.json


def test_matrix_takes_a_message_once_by_its_transaction(receiver: Received) -> None:
    room = MatrixRoom(kind="matrix", url=receiver.url, room="!r/1:example.org", token=PLACE)
    for _ in range(2):
        sent(send_matrix(room, Secret("syt_abc"), OWN, MESSAGE))
    first, second = receiver.requests
    assert first.method == "PUT" and first.path == second.path
    assert first.path == "/_matrix/client/v3/rooms/!r%2F1:example.org/send/m.room.message/m1"
    assert first.json["body"] == f"Job 7 is done\nAll <b> of it.\n{LINK}"
    assert "All &lt;b&gt; of it." in first.json["formatted_body"]
    assert first.headers["authorization"] == "Bearer syt_abc"


def server(box: Mailbox) -> MailServer:
    return MailServer(host="127.0.0.1", port=box.port, security="none", sender="render@example.org")


def test_a_letter_has_both_forms_and_an_id_that_stays(mailbox: Mailbox) -> None:
    for _ in range(2):
        sent(send_mail(server(mailbox), None, "ada@example.org", MESSAGE))
    letters = [email.message_from_bytes(one, policy=email.policy.default) for *_, one in mailbox.letters]
    assert [one["Message-ID"] for one in letters] == ["<m1@example.org>"] * 2
    letter = letters[0]
    assert letter["Subject"] == "Job 7 is done" and letter["Auto-Submitted"] == "auto-generated"
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None and html is not None
    assert plain.get_content().split() == f"All <b> of it. {LINK}".split()
    assert "All &lt;b&gt; of it." in html.get_content() and f'href="{LINK}"' in html.get_content()
    assert mailbox.letters[0][:2] == ("render@example.org", ["ada@example.org"])


def test_mail_that_is_refused_or_has_no_server_is_not_sent(mailbox: Mailbox) -> None:
    mailbox.refuses = frozenset({"nobody@example.org"})
    refused = refusal(send_mail(server(mailbox), None, "nobody@example.org", MESSAGE))
    assert "takes nothing for that address" in str(refused)
    starttls = server(mailbox).model_copy(update={"security": "starttls"})
    assert "mail server" in str(refusal(send_mail(starttls, None, "ada@example.org", MESSAGE)))
    mailbox_gone = server(Mailbox(port=1))
    assert "can't be used" in str(refusal(send_mail(mailbox_gone, None, "ada@example.org", MESSAGE)))


def test_chat_goes_by_apprise(receiver: Received) -> None:
    address = Secret(receiver.url.replace("http://", "json://"))
    sent(send_chat(address, MESSAGE, is_own=True))
    (one,) = receiver.requests
    assert one.json["title"] == "Job 7 is done" and LINK in one.json["message"]
    receiver.answer = lambda request: (500, {})
    error = refusal(send_chat(address, MESSAGE, is_own=True))
    assert receiver.url.partition("//")[2] not in str(error)


OWN_HOSTS = {
    "discord": "discord.com",
    "gchat": "chat.googleapis.com",
    "pover": "api.pushover.net",
    "slack": "hooks.slack.com",
    "tgram": "api.telegram.org",
    "webex": "webexapis.com",
}
TOKEN = "a" * 32
GOOD = {
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
    "tgram": "tgram://123456789:abcdefg_hijklmnop/12315544/",
}
LEADING = (
    "{0}://x@evil.example/{1}",
    "{0}://x@a.evil.example/{1}",
    "{0}://{1}@evil.example",
    "{0}://{1}@evil.example/{1}/{1}",
    "{0}://evil.example/{1}/{1}/{1}",
    "{0}://evil.example:443/{1}/{1}",
    "{0}://{1}/{1}/https://evil.example",
    "{0}://123456789:{1}@evil.example/12345",
    "{0}://123456789:{1}/evil.example",
    "{0}://evil.example/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    "{0}://user@T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#evil.example",
)


def test_addresses_of_the_kinds_that_others_may_name_lead_to_no_host_that_they_chose(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asked: list[str] = []

    def no_name(host: str, *_: object, **__: object) -> None:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "none")

    monkeypatch.setattr(socket, "getaddrinfo", no_name)
    assert set(OWN_HOSTS) == FIXED
    for schema, host in OWN_HOSTS.items():
        asked.clear()
        for leading in (*LEADING, GOOD.get(schema, LEADING[0])):
            with pytest.raises(NotSent):
                sent(send_chat(Secret(leading.format(schema, TOKEN)), MESSAGE, is_own=False))
        assert set(asked) == {host}, schema
    assert not [one for one in ("evil", TOKEN[:8], "TIiajkdnlazkcOXrIdevi7FQ") if one in caplog.text]


def test_chat_follows_no_answer_that_leads_elsewhere(receiver: Received) -> None:
    receiver.answer = lambda request: (307, {"Location": f"{receiver.url}/elsewhere"})
    refusal(send_chat(Secret(receiver.url.replace("http://", "json://")), MESSAGE, is_own=True))
    assert len(receiver.requests) == 1


def test_an_address_with_options_is_not_for_others() -> None:
    good = "tgram://123456789:abcdefg_hijklmnop/12315544/"
    chat.check_address(good, is_own=False)
    assert Apprise().add(good)
    for options in ("?verify=no", "#?verify=no", "%23?verify=no", "?", "/?x"):  # Apprise sees all of these
        with pytest.raises(ValueError, match="options"):
            chat.check_address(f"{good}{options}", is_own=False)


@pytest.mark.parametrize("between", [",", ", ", ";", " ", "  ;,"])
def test_a_second_address_behind_a_good_one_is_nobodys(receiver: Received, between: str) -> None:
    """Only the first one was looked at: behind it an outsider's led to any machine, and anybody's to this."""
    two = f"tgram://123456789:abcdefg_hijklmnop/12315544/{between}{receiver.url.replace('http', 'json')}/"
    with pytest.raises(ValueError, match="several addresses"):
        chat.check_address(two, is_own=False)
    for is_own in (False, True):
        assert "several addresses" in str(refusal(send_chat(Secret(two), MESSAGE, is_own=is_own)))
    assert receiver.requests == []


@pytest.mark.parametrize(
    "ending", ["", "//", "///", ":", "@", "://", "/%", "[", "]", "[::", ":x@", "\\", "#"]
)
def test_of_half_an_address_it_is_said_that_it_is_none(ending: str) -> None:
    """Apprise raises whatever comes of it, which ended the notifier for everybody."""
    for schema in sorted(FIXED):
        for address in (
            f"{schema}://{ending}",
            f"{schema}://{ending}?",
            f"{schema}:/{ending}",
            f"{schema}{ending}",
        ):
            for is_own in (False, True):
                with suppress(ValueError):
                    chat.check_address(address, is_own=is_own)
