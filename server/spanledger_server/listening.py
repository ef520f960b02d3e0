"""Taking a port, or saying which setting names one that is taken."""

from __future__ import annotations

import errno
import socket

from spanledger_server.address import Address
from spanledger_server.settings import PREFIX
from spanledger_store import SettingInvalid

_BACKLOG = 2048


def listen(setting: str, address: Address) -> socket.socket:
    """A listening socket on `address`; the caller closes it.

    Raises:
        SettingInvalid: the port is taken, or the address is not this machine's; the message names the setting.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host, address.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise refused(setting, address, error) from error


def check_free(setting: str, address: Address) -> None:
    """Refuse an address that cannot be listened on now, for a server that opens its port by itself.

    Raises:
        SettingInvalid: as for `listen`.
    """
    if address.port:
        listen(setting, address).close()


def refused(setting: str, address: Address, error: OSError) -> SettingInvalid:
    """The refusal for an address that the system does not give."""
    if error.errno == errno.EADDRINUSE:
        return SettingInvalid(
            f"Port {address.port} on {address.host} is in use by another program.",
            hint=f"Stop that one, or give {PREFIX}{setting.upper()} another address.",
        )
    return SettingInvalid(
        f"Nothing can listen on {address}: {error.strerror or error}.",
        hint=f"Give {PREFIX}{setting.upper()} an address of this machine, and a port that this user may open.",
    )
