"""Chat by Apprise: Discord, Slack, Telegram and many more by one library."""

from __future__ import annotations

import asyncio
import logging
import re

from apprise import Apprise, AppriseAsset, NotifyFormat

from ..notice import Message, NotSent
from ..secret import Secret

# Whose servers are the service's own: an address of these leads nowhere that its author chose.
FIXED = frozenset({"discord", "gchat", "pover", "slack", "tgram", "webex"})
NEVER = frozenset({"file", "syslog", "dbus", "qt", "glib", "kde", "gnome", "macosx", "windows", "rsyslog"})
ANOTHER = re.compile(r"[\s,;][a-z0-9]+://", re.IGNORECASE)  # as Apprise sees where the next address begins
ANSWER_S = 15
UNKNOWN = "its address is none that Apprise knows"
logging.getLogger("apprise").disabled = True  # it writes down keys that it refuses; what fails is said here


def check_address(address: str, *, is_own: bool) -> None:
    """Raises ValueError with what is wrong with an address of Apprise's, without showing it."""
    schema = address.partition("://")[0].lower()
    if schema in NEVER or not address.isprintable():
        raise ValueError("its address leads to this machine")
    if ANOTHER.search(address):  # of several only the first one would be looked at here
        raise ValueError("it has several addresses: give each of them a channel")
    if not is_own:
        if schema not in FIXED:
            raise ValueError(
                f"its address must begin with one of {', '.join(f'{one}://' for one in sorted(FIXED))}"
            )
        if "?" in address:  # wherever it stands, Apprise reads options after it
            raise ValueError("its address may have no options after a question mark")
    if not _open(address):
        raise ValueError(UNKNOWN)


async def send_chat(address: Secret, message: Message, *, is_own: bool) -> None:
    """Raises NotSent."""
    try:
        check_address(address.reveal(), is_own=is_own)
    except ValueError as error:
        raise NotSent(str(error)) from None
    if not await asyncio.to_thread(_notify, address.reveal(), message):
        raise NotSent("the chat's server refused it, or can't be reached")


def _open(address: str) -> Apprise:
    """Templates, plug-ins and files of its own are not what people may name. Raises ValueError."""
    asset = AppriseAsset(
        async_mode=False,
        secure_logging=True,
        service_timeout=ANSWER_S,
        allow_templates=False,
        http_redirects=False,
    )
    found = Apprise(asset=asset)
    try:
        found.add([address])  # in a list, as it takes a text apart
    except Exception:  # noqa: BLE001 - its parts raise whatever comes of half an address
        raise ValueError(UNKNOWN) from None
    return found


def _notify(address: str, message: Message) -> bool:
    body = "\n".join(filter(None, (message.text, message.link))) or message.title
    return bool(_open(address).notify(body=body, title=message.title, body_format=NotifyFormat.TEXT))
