"""Key figures: each defined once, in words and in SQL (`catalogue.py`), and asked for at `/v1/kpis` (`question.py`)."""
