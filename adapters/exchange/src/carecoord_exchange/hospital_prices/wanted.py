"""Which prices of a file are wanted: those of some codes, of some payers, or all."""

from collections.abc import Collection, Iterable
from types import MappingProxyType

from attrs import frozen

from carecoord.kernel.codes import Code
from carecoord_exchange.hospital_prices.dictionary import CODE_SYSTEMS

__all__ = ["EVERYTHING", "Payer", "Wanted"]

Payer = str | tuple[str, str]
"""A payer with all of its plans, or the name of the payer and that of one plan."""

_CODE_TYPES = MappingProxyType({system: code_type for code_type, system in CODE_SYSTEMS.items()})


@frozen
class Wanted:
    """Codes by their type as price files name it, and payers; None wants every one."""

    codes: frozenset[tuple[str, str]] | None = None
    payers: frozenset[Payer] | None = None

    @classmethod
    def of(cls, codes: Collection[Code] | None, payers: Collection[Payer] | None) -> "Wanted":
        """What was asked for; codes of systems that price files do not know are never found."""
        return cls(
            None
            if codes is None
            else frozenset(
                (_CODE_TYPES[code.system], code.value)
                for code in codes
                if code.system in _CODE_TYPES
            ),
            None if payers is None else frozenset(payers),
        )

    def has_code(self, codes: Iterable[tuple[str, str]]) -> bool:
        """Whether one of these is wanted: a code and its type, blanks taken off."""
        return self.codes is None or any(
            (code_type.upper(), code) in self.codes for code, code_type in codes
        )

    def has_payer(self, payer_name: str, plan_name: str) -> bool:
        """Whether rates of the payer's plan are wanted."""
        return (
            self.payers is None
            or payer_name in self.payers
            or (payer_name, plan_name) in self.payers
        )

    @property
    def code_words(self) -> frozenset[str] | None:
        """A row of a wanted code holds one of these."""
        return None if self.codes is None else frozenset(code for _, code in self.codes)

    @property
    def payer_words(self) -> frozenset[str] | None:
        """A row of a wanted payer holds one of these, where it names the payer at all."""
        if self.payers is None:
            return None
        return frozenset(one if isinstance(one, str) else one[0] for one in self.payers)


EVERYTHING = Wanted()
