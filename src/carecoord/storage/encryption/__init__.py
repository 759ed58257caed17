"""Keeping what is kept unreadable: envelope encryption of bodies, searched fields, claims, blobs.

`vault.py` is the port behind which the key-encryption keys are; the rest needs
`carecoord[encryption]`. It wraps any `Backend`, so that every adapter gets it alike.
"""
