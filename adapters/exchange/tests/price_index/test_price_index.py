"""An index answers what a linear scan of the strict reader would, or says that it is damaged."""

import contextlib
import gzip
import os
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest
from attrs import evolve
from carecoord_exchange.hospital_prices import FileRefused, Problem, open_hospital_prices
from carecoord_exchange.payer_prices import open_payer_prices
from carecoord_exchange.price_ids import price_id
from carecoord_exchange.price_index import PriceIndex
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.exchange.tests.price_rows import (
    CODES,
    HEAD,
    HEAD_V2,
    PAYERS,
    grouped_files,
    mri,
    odd_rows,
    tall_files,
    written,
)
from carecoord.errors import InvalidValue
from carecoord.estimates.fee_schedules import PriceList, prices_of
from carecoord.estimates.prices import BillingClass, Setting, StandardCharge
from carecoord.estimates.pricing import service_line
from carecoord.kernel.codes import CPT, REVENUE_CODE, Code
from carecoord.kernel.money import Money

ALL_CODES = [Code(system, code) for system in (CPT, REVENUE_CODE) for code in CODES]
FOLDER = "price-files/hospital-fixtures/"


class Unnamed:
    def new(self, kind):
        return kind


def scanned(source):
    """Every price of a file with its row, every problem, and why the rest was refused."""
    prices, problems = [], []
    try:
        with open_hospital_prices(source) as file:
            for rows, read in file.placed():
                if isinstance(read, Problem):
                    problems.append(read)
                elif isinstance(read, StandardCharge):
                    found = prices_of(
                        read, fee_schedule="elm", ids=Unnamed(), first_day=file.hospital.updated
                    )
                    places = rows if len(found) == len(rows) else rows[1:]
                    for price, row in zip(found, places, strict=bool(found)):
                        named = price_id(price, price.payer_name, price.plan_name)
                        prices.append((evolve(price, id=named), row))
    except FileRefused as refused:
        return prices, problems, refused.problems
    return prices, problems, ()


def built(source, path, **options):
    with open_hospital_prices(source) as file:
        return PriceIndex.build([file], path, fee_schedule="elm", **options)


@contextlib.contextmanager
def index_of(source):
    with TemporaryDirectory() as folder:
        built(source, Path(folder) / "index")
        with PriceIndex.open(Path(folder) / "index") as index:
            yield index


def answers(index):
    return {
        code: [(placed.price, placed.row) for placed in index.placed_prices_for(code)]
        for code in ALL_CODES
    }


def check_is_as_scanned(source, codes=ALL_CODES):
    prices, problems, refusal = scanned(source)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        if refusal:
            with pytest.raises(FileRefused) as refused:
                built(source, path)
            assert refused.value.problems == refusal
            assert os.listdir(folder) == []
            return
        result = built(source, path)
        assert (result.prices, result.found) == (len(prices), len(problems))
        assert list(result.problems) == problems[:1_000]
        with PriceIndex.open(path) as index:
            for code in codes:
                found = [(one.price, one.row) for one in index.placed_prices_for(code)]
                assert found == [one for one in prices if code in one[0].codes]
                assert index.prices_for(code) == tuple(price for price, _ in found)
        assert os.listdir(folder) == ["index"]


@pytest.mark.parametrize("columns", [True, False])
@pytest.mark.parametrize("block", [1_000_000, 400])
def test_an_index_answers_what_a_scan_of_the_file_finds(columns, block):
    @settings(max_examples=60, deadline=None)
    @given(grouped_files() | tall_files())
    def law(parts):
        with (
            mock.patch("carecoord_exchange.price_index.building.HAS_COLUMNS", columns),
            mock.patch("carecoord_exchange.price_index.tall_columns._BLOCK", block),
            mock.patch("carecoord_exchange.sources._BLOCK", block),
        ):
            check_is_as_scanned((HEAD + "".join(parts)).encode())

    law()


@pytest.mark.parametrize("head", [HEAD, HEAD_V2])
def test_every_odd_cell_is_judged_as_by_a_scan(head):
    check_is_as_scanned((head + written(odd_rows())).encode(), ALL_CODES[:1])


@settings(max_examples=60, deadline=None)
@given(
    grouped_files(),
    st.sampled_from([None, *PAYERS[:3]]),
    st.sampled_from([None, "HMO", "PPO"]),
    st.sampled_from(Setting),
    st.sampled_from([date(2026, 4, 1), date(2026, 3, 1)]),
)
def test_questions_are_answered_as_by_a_price_list(parts, payer, plan, setting, on):
    source = (HEAD + "".join(parts)).encode()
    everything = [price for price, _ in scanned(source)[0]]
    if scanned(source)[2]:
        return
    plan = plan if payer else None
    with index_of(source) as index:
        for code in ALL_CODES:
            asked = {"payer_name": payer, "plan_name": plan, "setting": setting}
            assert index.find(code, on=on, **asked) == PriceList(everything).find(
                code, on=on, **asked
            )
            for billing in (None, BillingClass.FACILITY):
                assert index.prices_for(code, billing_class=billing, **asked) == tuple(
                    price
                    for price in everything
                    if code in price.codes
                    and payer in (None, price.payer_name)
                    and plan in (None, price.plan_name)
                    and price.setting.covers(setting)
                    and (
                        billing is None or price.billing_class in (None, BillingClass.BOTH, billing)
                    )
                )


SMALL = (HEAD + written([mri(), mri(plan="PPO"), mri("99213", "Région Santé")])).encode()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("index") / "index"
    built(SMALL, path)
    return path.read_bytes()


def test_damage_of_any_byte_is_refused_or_does_no_harm(small, tmp_path):
    path = tmp_path / "damaged"
    with index_of(SMALL) as index:
        sound = answers(index)
    for at in range(len(small)):
        path.write_bytes(small[:at] + bytes([small[at] ^ 0x41]) + small[at + 1 :])
        with pytest.raises(FileRefused), PriceIndex.open(path) as index:
            index.verify()
        with contextlib.suppress(FileRefused), PriceIndex.open(path) as index:
            assert answers(index) == sound


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_cut_short_or_longer_is_refused(small, data):
    at = data.draw(st.integers(0, len(small) - 1))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        for damaged in (small[:at], small[:at] + b"x" + small[at:]):
            path.write_bytes(damaged)
            with pytest.raises(FileRefused), PriceIndex.open(path) as index:
                index.verify()


def test_another_format_is_named(small, tmp_path):
    with mock.patch("carecoord_exchange.price_index.layout.FORMAT", 2):
        built(SMALL, tmp_path / "index")
    with pytest.raises(FileRefused, match="is of format 2, not 1; build it again"):
        PriceIndex.open(tmp_path / "index")


def test_a_file_that_is_refused_leaves_the_index_that_was_there(tmp_path):
    built(SMALL, tmp_path / "index")
    with pytest.raises(FileRefused):
        built(SMALL + b'"open', tmp_path / "index")
    assert [path.name for path in tmp_path.iterdir()] == ["index"]
    with PriceIndex.open(tmp_path / "index") as index:
        assert index.prices == 5


def test_an_index_says_whose_prices_it_holds_and_shows_its_progress(tmp_path):
    shown = []
    result = built(SMALL, tmp_path / "index", progress=shown.append)
    assert (result.items, result.prices, sum(shown)) == (2, 5, 5)
    with PriceIndex.open(tmp_path / "index") as index:
        [file] = index.files
        assert (file.name, file.holder, file.first_row) == ("bytes", "West Mercy", 1)
        assert (file.updated, file.version) == (date(2026, 4, 1), "3.0.0")
        assert (index.items, index.prices, index.fee_schedule) == (2, 5, "elm")
        placed = index.placed_prices_for(Code(CPT, "70551"))
        assert [(one.row, one.price.plan_name) for one in placed] == [
            (4, None), (4, "HMO"), (5, "PPO"),
        ]  # fmt: skip
        with pytest.raises(InvalidValue):
            index.prices_for(Code(CPT, "70551"), plan_name="HMO")
    with pytest.raises(InvalidValue, match="is closed"):
        index.prices_for(Code(CPT, "99213"))


def test_places_that_cannot_be_used_are_refused(tmp_path):
    with pytest.raises(FileRefused):
        PriceIndex.open(tmp_path / "nothing")
    with pytest.raises(FileRefused):
        built(SMALL, tmp_path / "no folder" / "index")
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileRefused):
        built(SMALL, tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_disk_that_is_full_is_said_and_leaves_the_index_that_was_there(tmp_path):
    built(SMALL, tmp_path / "index")
    writing = "carecoord_exchange.price_index.writing.IndexWriter.more_rates"
    syncing = "carecoord_exchange.price_index.layout.os.fsync"
    for place in (writing, syncing):
        with mock.patch(place, side_effect=OSError(28, "full")), pytest.raises(FileRefused):
            built(SMALL, tmp_path / "index")
    assert [path.name for path in tmp_path.iterdir()] == ["index"]
    with PriceIndex.open(tmp_path / "index") as index:
        index.verify()


def test_every_fixture_is_indexed_or_refused_as_it_is_read(material):
    paths = [
        path
        for path in sorted(material("price-files").rglob("hospital-*/**/*"))
        if path.suffix in (".csv", ".json") and "schema" not in path.name
    ]
    assert len(paths) > 40
    for path in paths:
        found = scanned(path)[0]
        check_is_as_scanned(path, {code for price, _ in found for code in price.codes})


def test_rates_of_a_payer_are_indexed_for_the_own_providers(material, tmp_path):
    path = material("price-files/payer-examples/examples/in-network-rates")
    path /= "in-network-rates-fee-for-service-single-plan-sample.json"
    with open_payer_prices(path) as file, pytest.raises(InvalidValue):
        PriceIndex.build([file], tmp_path / "index", fee_schedule="payer")
    with open_payer_prices(path, npis={"1111111111"}) as file:
        rates = [read for read in file if not isinstance(read, Problem)]
        result = PriceIndex.build([file], tmp_path / "index", fee_schedule="payer")
    assert result.prices == len(rates) > 0
    with PriceIndex.open(tmp_path / "index") as index:
        for rate in rates:
            dollars = [price.negotiated_dollar for price in index.prices_for(rate.code)]
            assert rate.dollar in dollars
            assert index.files[0].first_row == 0


def test_a_packed_file_is_indexed_and_a_damaged_one_refused(tmp_path):
    packed = gzip.compress(SMALL)
    for damaged in (packed[:-30], packed[:40] + b"\xff\xff\xff" + packed[43:], b"no gzip"):
        (tmp_path / "prices.csv.gz").write_bytes(damaged)
        with gzip.open(tmp_path / "prices.csv.gz") as stream, pytest.raises(FileRefused):
            built(stream, tmp_path / "index")
    (tmp_path / "prices.csv.gz").write_bytes(packed)
    with gzip.open(tmp_path / "prices.csv.gz") as stream:
        assert built(stream, tmp_path / "index").prices == 5


def test_an_estimate_is_made_from_the_index(tmp_path):
    built(SMALL, tmp_path / "index")
    with PriceIndex.open(tmp_path / "index") as index:
        price = index.find(
            Code(CPT, "70551"), on=date(2026, 5, 1), payer_name="Platform Health", plan_name="PPO"
        )
    line = service_line(price, units=2)
    assert (line.charge, line.allowed) == (Money.of(2400), Money.of(800))
