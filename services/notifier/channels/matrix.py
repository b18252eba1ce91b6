"""A Matrix room: the message's id is the transaction's, so that the home server takes it once."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

import msgspec

from ..notice import Message
from ..reach import Reach
from ..rules import MatrixRoom
from ..secret import Secret
from .http import bearer, request
from .ntfy import cut

MOST_TEXT = 20_000  # an event has at most 65,536 bytes, and the text is in it twice


async def send_matrix(room: MatrixRoom, token: Secret, reach: Reach, message: Message) -> None:
    """Raises NotSent."""
    place = f"/_matrix/client/v3/rooms/{quote(room.room, safe='')}/send/m.room.message/{message.id}"
    text = cut(message.text, MOST_TEXT)
    lines = [message.title, text, message.link]
    body = {
        "msgtype": "m.text",
        "body": "\n".join(filter(None, lines)),
        "format": "org.matrix.custom.html",
        "formatted_body": _html(message, text),
    }
    headers = {"Content-Type": "application/json", **bearer(token.reveal())}
    await request("PUT", f"{room.url.rstrip('/')}{place}", reach, msgspec.json.encode(body), headers)


def _html(message: Message, text: str) -> str:
    title = escape(message.title)
    if message.link:
        title = f'<a href="{escape(message.link)}">{title}</a>'
    return f"<b>{title}</b><br>{escape(text).replace(chr(10), '<br>')}"
