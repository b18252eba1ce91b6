"""What ipfshttpclient and the disk raise, as our errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...core.disk_room import is_full
from ...core.errors import DiskFull, SettingsError, StoreError
from .failures import FORBIDDEN, away, broke_off, failed, not_let_in
from .http import elsewhere

# JSON that is no answer to what was asked, or nests too deep to be read.
NONSENSE = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


@contextmanager
def asked_library(action: str, api: str) -> Iterator[None]:
    """What ipfshttpclient raises inside of this, as our errors; no header is part of one."""
    from ipfshttpclient import exceptions as ipfs
    from requests.exceptions import SSLError

    where = f"the IPFS node at {api}"
    try:
        yield
    except ipfs.ErrorResponse as error:
        raise StoreError(f"{action} failed: the IPFS node says {error}.") from error
    except ipfs.AddressError as error:
        raise SettingsError(f"ipfs_api can't be {api!r}; correct it.") from error
    except ipfs.TimeoutError as error:
        raise StoreError(
            f"{action} failed: the IPFS node at {api} did not answer in time. It may not "
            "find the content; check its connection to others."
        ) from error
    except ipfs.ConnectionError as error:
        if isinstance(error.original, SSLError):
            raise StoreError(
                f"{action} failed: nobody whom this machine trusts signed the certificate of the IPFS node "
                f"at {api}. Correct its address, or set ipfs_ca."
            ) from error
        raise away(action, where, error) from error
    except ipfs.Error as error:
        status = getattr(getattr(getattr(error, "original", None), "response", None), "status_code", 0)
        if status in FORBIDDEN:
            raise not_let_in(action, where, status) from error
        raise _nonsense(action, api, error) from error
    except (OSError, *NONSENSE) as error:
        raise _unseen(action, api, error) from error


def _unseen(action: str, api: str, error: Exception) -> Exception:
    """What the library does not look at: in the midst of a file, of the disk, of an answer's form."""
    from requests.exceptions import RequestException

    if isinstance(error, RequestException):
        return _broken_off(action, f"the IPFS node at {api}", error)
    return of_disk(action, error) if isinstance(error, OSError) else _nonsense(action, api, error)


def _nonsense(action: str, api: str, error: Exception) -> StoreError:
    return StoreError(
        f"{action} failed: the IPFS node at {api} answered nonsense ({type(error).__name__}). Check its "
        "address in the settings."
    )


def _broken_off(action: str, where: str, error: Any) -> StoreError:
    from requests.exceptions import TooManyRedirects

    if isinstance(error, TooManyRedirects):
        led_to = error.response.headers.get("Location", "") if error.response is not None else ""
        return elsewhere(failed(action, where), led_to)
    return broke_off(action, where, error)


def of_disk(action: str, error: OSError) -> Exception:
    """A file of ours that can't be read or written; the store has no part in it."""
    if is_full(error):
        return DiskFull(f"{action} failed: there is no room left on the disk. Make some; nothing was lost.")
    return StoreError(f"{action} failed on this machine: {error}. Check the disk and its permissions.")
