"""A runtime that sends: everything on the way out, put together."""

from collections.abc import Callable

from spanledger._internal.problems import nothing
from spanledger._internal.runtime import Runtime
from spanledger._internal.sending.answers import Transport
from spanledger._internal.sending.delivery import Delivery
from spanledger._internal.sending.destination import GRPC, Destination
from spanledger._internal.sending.encoding import resource
from spanledger._internal.sending.sender import Sender
from spanledger._internal.sending.spool import Spool
from spanledger._internal.settings import MEGABYTE, Settings


def start(settings: Settings, on_first: Callable[[], None] = nothing) -> Runtime:
    """A runtime whose thread starts with the first span; `on_first` as for `Sender`."""

    def meet_the_dead() -> None:
        running.meet_the_dead()

    running = Runtime(settings, new_sender(settings, on_first=on_first, on_start=meet_the_dead))
    return running


def new_sender(
    settings: Settings, *, on_first: Callable[[], None] = nothing, on_start: Callable[[], None] = nothing
) -> Sender:
    """A sender to the settings' destination."""
    sent_by = resource(settings.service_name)
    return Sender(
        lambda: Delivery(lambda: transport(settings.destination), sent_by, spool(settings)),
        queue_size=settings.queue_size,
        batch_size=settings.batch_size,
        delay=settings.delay,
        on_first=on_first,
        on_start=on_start,
    )


def spool(settings: Settings) -> Spool | None:
    """The spool of the settings' destination, if there is to be one."""
    folder = settings.spool_folder
    return None if folder is None else Spool(folder, settings.spool_megabytes * MEGABYTE)


def transport(destination: Destination) -> Transport:
    """What speaks the destination's protocol."""
    if destination.protocol == GRPC:
        from spanledger._internal.sending.grpc_transport import GrpcTransport  # noqa: PLC0415 - it is an extra

        return GrpcTransport(destination)
    from spanledger._internal.sending.http_transport import HttpTransport  # noqa: PLC0415 - only the thread needs it

    return HttpTransport(destination)
