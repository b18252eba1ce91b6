"""The desktop of the user who runs the notifier (freedesktop.org; Linux)."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.io.blocking import open_dbus_connection
from jeepney.wrappers import unwrap_msg

from ..notice import Message, NotSent

PLACE = DBusAddress(
    "/org/freedesktop/Notifications",
    bus_name="org.freedesktop.Notifications",
    interface="org.freedesktop.Notifications",
)
ANSWER_S = 10.0
AS_USUAL = -1  # for how long it stands there


async def show(message: Message) -> None:
    """Raises NotSent."""
    if "DBUS_SESSION_BUS_ADDRESS" not in os.environ:
        raise NotSent("no desktop is here (DBUS_SESSION_BUS_ADDRESS is not set)")
    try:
        await asyncio.to_thread(_show, message)
    except Exception as error:  # noqa: BLE001 - jeepney has no common error
        raise NotSent(f"the desktop does not show it ({type(error).__name__})") from None


def _show(message: Message) -> None:
    body = "\n".join(filter(None, (message.text, message.link)))
    arguments: tuple[Any, ...] = ("RenderChain", 0, "", message.title, body, [], {}, AS_USUAL)
    with open_dbus_connection(bus="SESSION") as bus:
        call = new_method_call(PLACE, "Notify", "susssasa{sv}i", arguments)
        answer = bus.send_and_get_reply(call, timeout=ANSWER_S)
    if answer.header.message_type != MessageType.method_return:
        unwrap_msg(answer)
