"""`spanledger backfill`."""

from spanledger_server.backfill.command import backfill as command

__all__ = ["command"]
