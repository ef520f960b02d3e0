"""Replays: a failed step tried once more by the integration that owns it, after a look at what that could do twice.

`target.py` finds what would be tried again, `evidence.py` weighs it, `approval.py` says whether a second person must agree,
`ledger.py` keeps what happened, `message.py` and `sending.py` order it, `outcome.py` finds what became of it. `asking.py`,
`deciding.py` and `listing.py` are the operations.
"""
