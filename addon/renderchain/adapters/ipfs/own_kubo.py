"""A Kubo node of our own: started when it is first asked, ended with the process that started it.

Its repository lies in the user's data folder. Its API has a port of its own on this machine and lets in
whoever can read its configuration, which is the user.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ...core.errors import StoreAway, StoreError
from ...core.file_lock import take
from ...core.whole_file import FOR_USER, write_whole

KEEPER = Path(__file__).with_name("kubo_keeper.py")
START_S = 60.0
ANSWER_S = 5.0
OTHERS_S = 3.0  # where ours ended at once: another process may have started one in the same moment
LOCKED = "someone else has the lock"  # as Kubo says it of its repository
END_S = 5.0  # it ends without being waited for, too
LOOK_S = 0.1
NAME = "renderchain"  # of those who are let in
# It looks for nobody, and nobody finds it.
PRIVATE: dict[str, Any] = {
    "Bootstrap": [],
    "Discovery": {"MDNS": {"Enabled": False}},
    "Routing": {"Type": "none"},
    "AutoTLS": {"Enabled": False},
}
SHOWN_LETTERS = 300  # of a log


class Place(NamedTuple):
    """Where a node's API is, as a multiaddress, and what lets us in."""

    api: str
    headers: dict[str, str]


@dataclass
class OwnKubo:
    """``program`` is a path, or a name on the PATH. A private node talks to this machine only; its repository
    is never used by one that is not.
    """

    program: str
    repository: Path
    is_private: bool
    _keeper: subprocess.Popen[bytes] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def place(self) -> Place:
        """The running node, which another process of the same user may have started; it may take seconds.

        Raises StoreAway where it does not start, and StoreError where there is no such program.
        """
        with self._lock:
            found = self._running()
            if found is None:
                self._start()
                found = self._waited_for()
            return found

    def stop(self) -> None:
        """End it, if this process started it."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        """The keeper ends its node once nobody holds its standard input."""
        keeper, self._keeper = self._keeper, None
        if keeper is None or keeper.stdin is None:
            return
        with contextlib.suppress(OSError):
            keeper.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            keeper.wait(END_S)

    @property
    def _log(self) -> Path:
        return self.repository.with_suffix(".log")

    def _running(self) -> Place | None:
        """Where it answers already, if it does."""
        try:
            api = (self.repository / "api").read_text().strip()
            host, port = api.split("/")[2], int(api.split("/")[4])
            return Place(api, self._headers()) if _is_guarded(host, port) else None
        except (OSError, ValueError, IndexError, KeyError, TypeError):
            return None

    def _headers(self) -> dict[str, str]:
        secret = self._config()["API"]["Authorizations"][NAME]["AuthSecret"]
        return {"Authorization": f"Bearer {secret.removeprefix('bearer:')}"}

    def _config(self) -> dict[str, Any]:
        return dict(json.loads((self.repository / "config").read_text()))

    def _start(self) -> None:
        self._let_go()  # what ended by itself
        program = _found(self.program)
        if program is None:
            raise StoreError(
                f"The IPFS node can't be started: there is no program {self.program}. Install Kubo, or name "
                "it in the preferences."
            )
        try:
            self.repository.parent.mkdir(parents=True, exist_ok=True)
            with self._turn():
                if not (self.repository / "config").exists():
                    self._run(program, "init", "--empty-repo")
                self._configure()
            with self._log.open("wb") as log:
                self._keeper = subprocess.Popen(
                    [sys.executable, "-I", "-S", str(KEEPER), program],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=self._environment(),
                    start_new_session=True,  # Ctrl-C in a terminal ends us first
                )
        except OSError as error:
            raise StoreError(
                f"The IPFS node in {self.repository} can't be started ({error.strerror}); check the folder."
            ) from error

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """One process at a time writes the configuration; raises StoreError where another does not end."""
        handle = os.open(self.repository.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            until_s = time.monotonic() + START_S
            while not take(handle):
                if time.monotonic() > until_s:
                    raise StoreError(
                        f"Another process has been setting up {self.repository} for {START_S} s; end it."
                    )
                time.sleep(LOOK_S)
            yield
        finally:
            os.close(handle)

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("IPFS_", "LIBP2P_"))
        }
        return {**kept, "IPFS_PATH": str(self.repository), "IPFS_TELEMETRY": "off"}

    def _run(self, program: str, *arguments: str) -> None:
        command = [program, *arguments]
        try:
            done = subprocess.run(
                command, env=self._environment(), capture_output=True, text=True, timeout=START_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise StoreError(f"{program} {arguments[0]} did not end; is it Kubo? Name another one.") from None
        if done.returncode:
            raise StoreError(
                f"{program} {arguments[0]} failed ({done.stderr.strip()[-SHOWN_LETTERS:]}); is it Kubo? "
                f"Check {self.repository}."
            )

    def _configure(self) -> None:
        """Ports that nobody else has, and whom it talks to; a port that others know stays."""
        try:
            config = self._config()
            config["Addresses"] |= {
                "API": "/ip4/127.0.0.1/tcp/0",
                "Gateway": [],
                "Swarm": self._swarm(config["Addresses"]["Swarm"]),
            }
            config["API"] = {"HTTPHeaders": {}, **config.get("API", {})}
            secret = f"bearer:{secrets.token_hex(32)}"
            entry = {"AuthSecret": secret, "AllowedPaths": ["/api/v0"]}
            config["API"].setdefault("Authorizations", {}).setdefault(NAME, entry)
            if self.is_private:
                config |= PRIVATE
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{self.repository / 'config'} is no configuration of Kubo ({type(error).__name__}); move "
                "the folder away."
            ) from error
        file = self.repository / "config"
        write_whole(file, json.dumps(config, indent=2).encode(), FOR_USER)

    def _swarm(self, before: list[str]) -> list[str]:
        if self.is_private:
            return ["/ip4/127.0.0.1/tcp/0"]
        mine = [
            one for one in before if one.startswith("/ip4/0.0.0.0/tcp/") and not one.endswith(("/0", "/4001"))
        ]
        port = mine[0].split("/")[4] if mine else str(_free_port())
        return [
            f"/{kind}/{host}/{way}"
            for kind, host in (("ip4", "0.0.0.0"), ("ip6", "::"))  # noqa: S104 - others fetch from it
            for way in (f"tcp/{port}", f"udp/{port}/quic-v1")
        ]

    def _waited_for(self) -> Place:
        until_s = time.monotonic() + START_S
        while time.monotonic() < until_s:
            found = self._running()
            if found:
                return found
            if self._keeper is None or self._keeper.poll() is not None:
                if LOCKED not in self._said():  # else that one starts, for as long as it takes
                    until_s = min(until_s, time.monotonic() + OTHERS_S)
                self._let_go()
            time.sleep(LOOK_S)
        raise StoreAway(
            f"The IPFS node of RenderChain's own did not start: {self._said()} (all of it: {self._log})."
        )

    def _said(self) -> str:
        if not self._log.exists():
            return ""
        return self._log.read_text(errors="replace").strip()[-SHOWN_LETTERS:]


def _found(program: str) -> str | None:
    """Where it is; not in the folder that Blender was started in, which on Windows may be the .blend's."""
    is_name = program == Path(program).name
    folders = [one for one in os.get_exec_path() if os.path.isabs(one)]
    path = shutil.which(program, path=os.pathsep.join(folders)) if is_name else shutil.which(program)
    if path is None or not is_name:
        return path
    lies_in = Path(path).parent
    return path if any(Path(one).is_dir() and lies_in.samefile(one) for one in folders) else None


def _is_guarded(host: str, port: int) -> bool:
    """Whether a node is there that lets in only whom it knows: it is told no secret to find out."""
    link = http.client.HTTPConnection(host, port, timeout=ANSWER_S)
    try:
        link.request("POST", "/api/v0/version")
        return link.getresponse().status == 403
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])
