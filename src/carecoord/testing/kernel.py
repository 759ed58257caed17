"""How values of the kernel are drawn."""

from datetime import timedelta

from hypothesis import strategies as st

from carecoord.kernel.codes import MEDICAL_RECORD_NUMBER, NPI, US_SSN, Identifier, check_npi
from carecoord.kernel.contact import HumanName
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.time import Period
from carecoord.kernel.values import Text
from carecoord.testing.strategies import drawn_by, instants, texts, values_of_fields

__all__ = ["identifiers", "money", "mostly_not_negative", "npis", "periods", "rates"]


def money(least: int = -(10**12), most: int = 10**12) -> st.SearchStrategy[Money]:
    """Amounts in dollars, from and to so many cents."""
    small = st.integers(max(least, -100_000), min(most, 100_000))
    return (small | st.integers(least, most)).map(Money)


def rates() -> st.SearchStrategy[Rate]:
    """Shares from nothing to the whole."""
    return st.integers(0, 1_000_000).map(Rate)


def periods() -> st.SearchStrategy[Period]:
    """Periods from a microsecond to some days."""
    lengths = st.timedeltas(timedelta(microseconds=1), timedelta(days=3))
    return st.builds(lambda start, length: Period(start, start + length), instants(), lengths)


def npis() -> st.SearchStrategy[str]:
    """National Provider Identifiers with a right check digit."""
    return st.integers(100_000_000, 299_999_999).map(_with_check_digit)


def _with_check_digit(nine: int) -> str:
    digits = [int(character) for character in reversed(f"80840{nine}")]
    doubled = (digit * 2 // 10 + digit * 2 % 10 for digit in digits[0::2])
    check = -(sum(digits[1::2]) + sum(doubled)) % 10
    return check_npi("npi", f"{nine}{check}")


def identifiers() -> st.SearchStrategy[Identifier]:
    """Identifiers of every system, NPIs among them."""
    others = st.builds(
        Identifier, st.sampled_from((US_SSN, MEDICAL_RECORD_NUMBER)), texts(Text(longest=200))
    )
    return st.builds(Identifier, st.just(NPI), npis()) | others


def mostly_not_negative() -> st.SearchStrategy[Money]:
    """Amounts as most are: one in eight may be negative."""
    return st.integers(0, 7).flatmap(lambda n: money() if n == 7 else money(0))


drawn_by(Money, mostly_not_negative)
drawn_by(Rate, rates)
drawn_by(Period, periods)
drawn_by(Identifier, identifiers)
drawn_by(
    HumanName,
    lambda: (
        values_of_fields(HumanName, family=texts())
        | values_of_fields(HumanName, given=st.lists(texts(), min_size=1, max_size=3).map(tuple))
    ),
)
