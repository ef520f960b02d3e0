"""The command line of the platform; the script `spanledger` is the SDK's, which finds it by its entry point."""

from spanledger_server.cli.main import main

__all__ = ["main"]
