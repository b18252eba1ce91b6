"""Mail over TLS: the server's certificate is checked before the password or a letter is sent."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.notifier.channels.mail import send_mail
from services.notifier.notice import Message, NotSent
from services.notifier.rules import MailServer
from services.notifier.secret import Secret
from tests.services.notifier.receivers import LOGIN, Mailbox, mail_server

MESSAGE = Message("m1", "job_done", "Job 7 is done", "All of it.", "", 2_000, ())
Certified = Callable[[str], ssl.SSLContext]


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certified:
    """A server's side of TLS, with a certificate for a name that whoever reads SSL_CERT_FILE trusts."""

    def make(name: str) -> ssl.SSLContext:
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (tmp_path / "cert.pem").write_bytes(made.public_bytes(pem))
        (tmp_path / "key.pem").write_bytes(key.private_bytes(pem, *plain))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
        return context

    return make


def send(box: Mailbox, security: str, password: str = LOGIN[1]) -> None:
    """One letter to ada, as the operator's file has the server."""
    server = MailServer.model_validate(
        {"host": "localhost", "port": box.port, "security": security, "user": LOGIN[0], "sender": "r@e.org"}
    )
    asyncio.run(send_mail(server, Secret(password), "ada@example.org", MESSAGE))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_letter_goes_over_tls_to_who_takes_the_password(certified: Certified, security: str) -> None:
    with mail_server(certified("localhost"), from_the_start=security == "tls") as box:
        send(box, security)
        with pytest.raises(NotSent, match="answers 535"):
            send(box, security, "another")
    assert box.given[0] == LOGIN and set(box.given[1:]) == {(LOGIN[0], "another")}
    ((_, receivers, letter),) = box.letters
    assert receivers == ["ada@example.org"] and b"Job 7 is done" in letter


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another_name_or_of_nobody_known_gets_no_password(
    certified: Certified, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins, refused = security == "tls", pytest.raises(NotSent, match="is not valid for localhost")
    with mail_server(certified("mail.example.org"), from_the_start=begins) as box, refused:
        send(box, security)
    with mail_server(certified("localhost"), from_the_start=begins) as unknown, refused:
        monkeypatch.delenv("SSL_CERT_FILE")
        send(unknown, security)
    assert not (box.given or box.letters or unknown.given or unknown.letters)


def test_a_server_without_starttls_gets_no_password_in_the_clear() -> None:
    with mail_server() as box, pytest.raises(NotSent, match="offers no STARTTLS"):
        send(box, "starttls")
    assert not (box.given or box.letters)
