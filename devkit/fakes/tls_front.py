"""A TLS server before another one, which lets in who knows a secret: as people put one before their Kubo."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession, web


@contextmanager
def tls_front(port: int, secret: str, folder: Path) -> Iterator[tuple[int, Path]]:
    """The front's port and the PEM file of who signed its certificate."""
    certificate, ready = make_certificate(folder), threading.Event()
    over, loop, ports = asyncio.Event(), asyncio.new_event_loop(), list[int]()

    async def serve() -> None:
        async with ClientSession(f"http://127.0.0.1:{port}", auto_decompress=False) as behind:

            async def answer(request: web.BaseRequest) -> web.StreamResponse:
                if request.headers.get("Authorization") != secret:
                    return web.Response(status=401)
                kept = {
                    name: value
                    for name, value in request.headers.items()
                    if name.lower() in ("content-type", "content-disposition")
                }
                body = request.content.iter_any() if request.body_exists else None
                async with behind.request(request.method, request.rel_url, headers=kept, data=body) as got:
                    kind = got.headers.get("Content-Type", "")
                    passed = web.StreamResponse(status=got.status, headers={"Content-Type": kind})
                    await passed.prepare(request)
                    async for piece in got.content.iter_any():
                        await passed.write(piece)
                    await passed.write_eof()
                    return passed

            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate, folder / "key.pem")
            runner = web.ServerRunner(web.Server(answer))
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
            await site.start()
            ports.append(runner.addresses[0][1])
            ready.set()
            await over.wait()
            await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    assert ready.wait(20)
    try:
        yield ports[0], certificate
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def make_certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that it signed itself; its key is beside it, key.pem."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a front")])
    place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(place, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(pem)
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "certificate.pem"
