"""Commands on a store that may be in use: carried out by the server that holds it, else by the command itself.

An operation is a function (`operation.py`) that the command line names. The process that runs the correlator has a door
for it (`door.py`), whose address and token stand where only who may open the store can read them (`place.py`).
`asking.carry_out` uses that door if there is one, and else opens the store and calls the same function.
"""
