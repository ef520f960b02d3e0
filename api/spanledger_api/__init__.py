"""The HTTP API: finance's and operations' questions about transactions, answered for one tenant at one clock."""

from spanledger_api.app import create_app
from spanledger_api.tenancy import require_credentials_unless_loopback, token_digest

__all__ = ["create_app", "require_credentials_unless_loopback", "token_digest"]
