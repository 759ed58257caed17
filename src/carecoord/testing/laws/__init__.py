"""The storage contract as laws.

An adapter's test suite subclasses `StorageLaws` once, in a module that pytest collects, and gives
it a fixture `open_store` of session scope:

    @pytest.fixture(scope="session")
    def open_store():
        return opened           # a context manager: kinds in, a new and empty Store out

    class TestMyStore(StorageLaws):
        pass
"""

from carecoord.testing.laws.claiming import ClaimingLaws
from carecoord.testing.laws.delivering import DeliveringLaws
from carecoord.testing.laws.evolving import EvolvingLaws
from carecoord.testing.laws.keeping import KeepingLaws
from carecoord.testing.laws.knowing import KnowingLaws
from carecoord.testing.laws.law import OpenStore
from carecoord.testing.laws.model import ModelLaws
from carecoord.testing.laws.repeating import RepeatingLaws
from carecoord.testing.laws.searching import SearchingLaws
from carecoord.testing.laws.working import WorkingLaws

__all__ = ["OpenStore", "StorageLaws"]


class StorageLaws(
    KeepingLaws,
    SearchingLaws,
    ClaimingLaws,
    WorkingLaws,
    RepeatingLaws,
    DeliveringLaws,
    EvolvingLaws,
    KnowingLaws,
    ModelLaws,
):
    """Everything that a store promises; what is in none of the laws is not promised."""
