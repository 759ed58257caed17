"""The outgoing port: how aggregates are kept, whatever keeps them.

A `Store` opens units of work over a `Backend`, which is all that an adapter has to write. Start
with `store.py` for what is promised, `backend.py` for what an adapter owes.
"""
