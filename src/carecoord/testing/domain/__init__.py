"""How the values are drawn whose fields depend on each other: all of them are told here.

A new class with a rule across its fields needs a line in the module of its context, unless values
drawn at random keep the rule often enough by themselves.
"""

from carecoord.testing.domain import accounts, estimates, kernel, visits

__all__ = ["accounts", "estimates", "kernel", "visits"]
