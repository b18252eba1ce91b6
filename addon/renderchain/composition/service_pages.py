"""What a service tells on this machine: whether it lives, whether it is ready, and its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus

from ..adapters.metrics_http import Page, serving
from ..core.metrics import CONTENT_TYPE, Metric, exposition


@contextmanager
def service_pages(
    port: int, not_ready: Callable[[], str], metrics: Callable[[], Iterable[Metric]]
) -> Iterator[int]:
    """Serve them inside of this; gives the port, which 0 leaves to the system. ``not_ready``: why, or "".

    Raises SettingsError where the port is another program's.
    """

    def ready() -> Page:
        why = not_ready()
        return Page(f"{why or 'ready'}\n", HTTPStatus.SERVICE_UNAVAILABLE if why else HTTPStatus.OK)

    pages = {
        "/healthz": lambda: Page("alive\n"),
        "/readyz": ready,
        "/metrics": lambda: Page(exposition(metrics()), content_type=CONTENT_TYPE),
    }
    with serving(port, pages) as found:
        yield found
