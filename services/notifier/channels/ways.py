"""The way by which a message goes, by the kind of the channel."""

from __future__ import annotations

import asyncio

from ..notice import Message, NotSent
from ..people import Listener
from ..rules import Chat, Desktop, Hook, MailServer, MailTo, MatrixRoom, Ntfy
from ..secret import Secret
from .chat import send_chat
from .desktop import show
from .mail import send_mail
from .matrix import send_matrix
from .ntfy import send_ntfy
from .webhook import send_hook

TRY_S = 60.0  # for one message; shorter than a sender has a delivery


class Channels:
    """All kinds of them; ``mail`` with its password is the operator's server."""

    def __init__(self, mail: MailServer | None, password: Secret | None) -> None:
        self._mail, self._password = mail, password

    async def send(self, listener: Listener, name: str, message: Message) -> None:
        """By the person's channel of that name. Raises NotSent or Gone."""
        try:
            async with asyncio.timeout(TRY_S):
                await self._send(listener, name, message)
        except TimeoutError:
            raise NotSent(f"it took longer than {TRY_S:.0f} s") from None

    async def _send(self, listener: Listener, name: str, message: Message) -> None:
        channel, secret = listener.person.channels[name], listener.secrets.get(name)
        if isinstance(channel, MailTo):
            assert self._mail is not None  # people.py sees to it
            await send_mail(self._mail, self._password, channel.to, message)
        elif isinstance(channel, Hook):
            assert secret is not None
            await send_hook(channel, secret, listener.reach, message)
        elif isinstance(channel, Ntfy):
            await send_ntfy(channel, secret, listener.reach, message)
        elif isinstance(channel, MatrixRoom):
            assert secret is not None
            await send_matrix(channel, secret, listener.reach, message)
        elif isinstance(channel, Chat):
            assert secret is not None
            await send_chat(secret, message, is_own=listener.reach.is_own)
        elif isinstance(channel, Desktop):
            await show(message)
