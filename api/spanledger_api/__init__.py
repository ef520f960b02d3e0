"""The HTTP API: finance's and operations' questions about transactions, answered for one tenant at one clock."""

from spanledger_api.access.api_keys import token_digest
from spanledger_api.access.credentials import Access
from spanledger_api.app import create_app

__all__ = ["Access", "create_app", "token_digest"]
