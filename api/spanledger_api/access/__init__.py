"""Nobody else's data: who asks, what they may see and do, and what is kept of it.

`credentials.py` makes of a request's credential a `Principal` (`principal.py`); `sight.py` gives a question only those
rows and columns that its principal may see; `api_keys.py` keeps the keys; `audit.py` remembers who asked for what.
"""
