import pytest

from carecoord.errors import InvalidValue
from carecoord.kinds import KINDS, open_store


def test_a_kind_comes_after_those_it_refers_to():
    seen = set()
    for kind in KINDS:
        for field in kind.fields.values():
            assert field.references in {None, kind.name, *seen}, f"{kind.name}.{field.name}"
        seen.add(kind.name)


def test_a_deployment_may_create_the_schema_by_itself():
    store = open_store("memory:", create=False)
    store.create_schema()
    store.create_schema()
    with store.work() as work:
        assert all(work.collection(kind).count() >= 0 for kind in KINDS)


@pytest.mark.parametrize("url", ["", "x", "carrierpigeon://coop", "carrierpigeon"])
def test_a_scheme_that_nobody_serves_is_refused(url):
    with pytest.raises(InvalidValue, match="url: no adapter is installed"):
        open_store(url)
