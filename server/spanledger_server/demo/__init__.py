"""The demonstration: a fresh platform, a simulated firm's half year in a minute, and what is stuck at its end.

`command` is the command line, `platform` starts `spanledger up` as a user would, `questions` asks its API, `report`
writes down the answer.
"""
