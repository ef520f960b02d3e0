"""The pages for a person with a browser and nothing else: what is stuck, and one transaction.

`routes` takes the same questions as the API and hands their answers to `templates`; `words` writes amounts and times.
"""
