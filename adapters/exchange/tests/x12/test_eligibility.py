import contextlib
from datetime import date, datetime

import pytest
from carecoord_exchange.problems import FileRefused
from carecoord_exchange.x12 import (
    BenefitKind,
    Level,
    Network,
    Party,
    benefits_of,
    eligibility_request,
    read_eligibility,
    read_interchange,
    standings_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.errors import CarecoordError, InvalidValue
from carecoord.estimates.accumulators import Accumulators, Spent
from carecoord.estimates.benefits import CostShare, Scope, YearlyAmount
from carecoord.estimates.eligibility import Figure, Standing, accumulators_of, yearly_amount
from carecoord.estimates.plans import Tier
from carecoord.kernel.contact import HumanName
from carecoord.kernel.ids import CoverageId, PatientId
from carecoord.kernel.money import Money, Rate
from carecoord.patients.coverages import Coverage, CoverageType, Relationship
from carecoord.patients.registration import Gender, Patient

FOLDER = "x12/eligibility/"
SENT = datetime(2013, 10, 31, 11, 47)
ENVELOPE = {
    "sender": ("30", "000000005"), "receiver": ("30", "12345"), "sent": SENT, "control": 907,
    "originator": "9877281234", "trace": "93175-012547",
}  # fmt: skip
PAYER = Party("ABC COMPANY", "PI", "842610001")


def answer(*rows, person="NM1*IL*1*SMITH*JOHN****MI*123456789"):
    """A 271 with these rows about one subscriber, its counts and numbers in order."""
    body = [
        "ST*271*0001*005010X279A1", "BHT*0022*11*1*20260501*1319", "HL*1**20*1",
        "NM1*PR*2*ABC COMPANY*****PI*841610001", "HL*2*1*21*1",
        "NM1*1P*2*CLINIC*****XX*1234567893", "HL*3*2*22*0", "TRN*2*T1*9877281234", person, *rows,
    ]  # fmt: skip
    body.append(f"SE*{len(body) + 1}*0001")
    head = (
        "ISA*00*          *00*          *30*000000005      *30*12345          "
        "*260501*1319*^*00501*000000001*0*P*:"
    )
    whole = [head, "GS*HB*5*6*20260501*1319*1*X*005010X279A1", *body, "GE*1*1", "IEA*1*000000001"]
    return ("~\n".join(whole) + "~\n").encode()


def only(*rows):
    (found,) = read_eligibility(answer(*rows)).answers
    return found


def test_published_answers_are_understood(material):
    for path, family, is_dependent in (
        ("demo.271", "SMITH", False),
        ("271_005010X279A1/subscriber-health-benefit-check.271", "SMITH", False),
        ("271_005010X279A1/dependent-health-benefit-check.271", "SMITH", True),
    ):
        read = read_eligibility(material(FOLDER + path))
        assert read.problems == ()
        (found,) = read.answers
        assert found.is_active is True
        assert (found.payer, found.payer_id) == ("ABC COMPANY", "841610001")
        assert (found.person.family, found.is_dependent) == (family, is_dependent)
        assert found.subscriber.member_id == "123456789"
        assert found.traces == ("93175-012547",)
        assert found.first_day == date(2006, 1, 1)
        assert found.benefits[0].plan == "GOLD 123 PLAN"
        copays = [row for row in found.benefits if row.kind is BenefitKind.COPAY]
        assert [(row.amount, row.network) for row in copays] == [
            (Money.of(10), Network.IN),
            (Money.of(30), Network.OUT),
        ]


def test_copays_become_benefits_of_each_service_type_and_network(material):
    (found,) = read_eligibility(material(FOLDER + "demo.271")).answers
    for in_network, copay in ((True, Money.of(10)), (False, Money.of(30))):
        benefits, contradictions = benefits_of(found, in_network=in_network)
        assert contradictions == ()
        assert {benefit.copay for benefit in benefits} == {copay}
        assert frozenset({"98"}) in {benefit.categories for benefit in benefits}
        assert all(benefit.steps == (CostShare.COPAY,) for benefit in benefits)


def test_the_answer_with_mismatched_control_numbers_is_refused(material):
    path = material(FOLDER + "271_005010X279A1/subscriber-health-benefit-check-error.271")
    with pytest.raises(FileRefused) as refused:
        read_eligibility(path)
    assert [(p.entry, p.place) for p in refused.value.problems] == [(10, "SE02")]


def test_every_other_sample_has_a_sound_envelope(material):
    files = [p for p in material("x12/eligibility").rglob("*.*") if p.suffix[1:2] in set("28")]
    assert len(files) == 22
    for path in files:
        if "error" not in path.name:
            (transaction,) = read_interchange(path).transactions
            assert transaction.type == path.suffix[1:4]


@pytest.mark.parametrize("kind", ["subscriber", "dependent"])
def test_a_request_is_written_as_the_published_one(material, kind):
    path = material(FOLDER + f"270_005010X279A1/{kind}-health-benefit-check.270")
    (published,) = read_interchange(path).transactions
    is_dependent = kind == "dependent"
    given, born = ("MARY", date(1978, 10, 14)) if is_dependent else ("ROBERT", date(1943, 5, 19))
    patient = Patient(
        id=PatientId("p"), name=HumanName(family="SMITH", given=(given,)), birth_date=born
    )
    relationship = Relationship.SPOUSE if is_dependent else Relationship.SELF
    provider = (
        Party("JONES", "SV", "2000034", given="MARCUS")
        if is_dependent
        else Party("BONE AND JOINT CLINIC", "SV", "2000035")
    )
    text = eligibility_request(
        patient, coverage(relationship=relationship), payer=PAYER, provider=provider,
        on=date(2006, 5, 1), **ENVELOPE,
    )  # fmt: skip
    (written,) = read_interchange(text.encode()).transactions
    assert [(one.tag, one.elements) for one in written.segments[1:]] == [
        (one.tag, one.elements) for one in published.segments[1:]
    ]


def coverage(**changes):
    stated = {"member_id": "11122333301", "relationship": Relationship.SELF} | changes
    return Coverage(id=CoverageId("c"), type=CoverageType.COMMERCIAL, payer_name="ABC", **stated)


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(str.strip)


@settings(max_examples=100)
@given(words, words, st.sampled_from(Gender), st.integers(1, 999_999_999))
def test_a_request_is_sound_or_refused_whatever_the_names(family, given, gender, control):
    try:
        patient = Patient(
            id=PatientId("p"), name=HumanName(family=family, given=(given,)), gender=gender,
            birth_date=date(1980, 2, 29),
        )  # fmt: skip
        text = eligibility_request(
            patient, coverage(), payer=PAYER, provider=PAYER, on=date(2026, 1, 1),
            service_types=("30", "98"), **ENVELOPE | {"control": control},
        )  # fmt: skip
    except InvalidValue:
        return
    (transaction,) = read_interchange(text.encode()).transactions
    (name,) = [s for s in transaction.segments if s.tag == "NM1" and s[1] == "IL"]
    assert (name[3], name[4]) == (family, given)


def test_what_a_request_needs():
    patient = Patient(id=PatientId("p"), name=HumanName(family="SMITH"))
    needed = {"payer": PAYER, "provider": PAYER, "on": date(2026, 1, 1), **ENVELOPE}
    for changes in (
        {"originator": "1"}, {"control": 0}, {"sender": ("30", "x" * 16)}, {"trace": "a*b"},
    ):  # fmt: skip
        with pytest.raises(InvalidValue):
            eligibility_request(patient, coverage(), **needed | changes)
    with pytest.raises(InvalidValue):
        eligibility_request(patient, coverage(member_id=None), **needed)


def test_totals_and_what_remains_are_kept_apart():
    found = only(
        "EB*C*IND*30***23*1500*****Y", "EB*C*IND*30***29*300*****Y", "EB*C*FAM*30***23*3000*****Y",
        "EB*G*IND*30***22*5000*****Y", "EB*G*IND*30***24*700*****Y",
        "EB*C*IND*30***23*4000*****N",
    )  # fmt: skip
    standings, contradictions = standings_of(found)
    assert contradictions == ()
    assert (
        Standing(Figure.DEDUCTIBLE, False, True, Money.of(1500), Money.of(1200), Money.of(300))
        in standings
    )
    assert Standing(Figure.DEDUCTIBLE, True, True, Money.of(3000)) in standings
    assert (
        Standing(Figure.OUT_OF_POCKET, False, True, Money.of(5000), Money.of(700), Money.of(4300))
        in standings
    )
    assert Standing(Figure.DEDUCTIBLE, False, False, Money.of(4000)) in standings
    amount = yearly_amount("deductible", standings, Figure.DEDUCTIBLE, in_network=True)
    assert amount == YearlyAmount("deductible", Scope.EMBEDDED, Money.of(1500), Money.of(3000))
    assert yearly_amount("x", standings, Figure.OUT_OF_POCKET, in_network=True) == YearlyAmount(
        "x", Scope.SELF_ONLY, Money.of(5000)
    )
    assert yearly_amount("x", standings, Figure.OUT_OF_POCKET, in_network=False) is None


def test_what_is_stated_becomes_accumulators_and_the_rest_stays_unknown():
    tier = Tier(
        "in network", in_network=True,
        deductible=YearlyAmount("deductible", Scope.EMBEDDED, Money.of(1500), Money.of(3000)),
        out_of_pocket=YearlyAmount("limit", Scope.EMBEDDED, Money.of(5000), Money.of(9000)),
    )  # fmt: skip
    standings, _ = standings_of(only("EB*C*IND*30***29*300*****Y"))
    day = date(2026, 5, 1)
    assert accumulators_of(standings, tier, day) == Accumulators(
        day, (Spent("deductible", Money.of(1200)),)
    )
    assert accumulators_of((), tier, day) == Accumulators(day)


def test_repeated_rows_count_once_and_contradictions_are_listed():
    row = "EB*C*IND*30***23*1500*****Y"
    standings, contradictions = standings_of(only(row, row, "EB*C*IND*30***23*2000*****Y"))
    assert standings[0].total == Money.of(2000)
    assert len(standings) == 1
    (contradiction,) = contradictions
    assert contradiction.stated == (Money.of(1500), Money.of(2000))
    assert contradiction.taken == Money.of(2000)


@given(st.permutations(range(5)))
def test_the_order_of_rows_does_not_matter(order):
    rows = [
        "EB*C*IND*30***23*1500*****Y", "EB*C*IND*30***29*300*****Y", "EB*C*IND*30***29*500*****Y",
        "EB*C*IND*30***24*900*****Y", "EB*B**98***27*25*****Y",
    ]  # fmt: skip
    found, other = only(*rows), only(*[rows[place] for place in order])
    assert standings_of(found)[0] == standings_of(other)[0]
    assert set(benefits_of(found)[0]) == set(benefits_of(other)[0])


def test_coinsurance_is_the_patients_fraction_after_the_deductible():
    (benefit,), _ = benefits_of(only("EB*A**98*****.2**Y*Y", "EB*B**98****25****Y*Y"))
    assert benefit.coinsurance == Rate.percent(20)
    assert benefit.steps == (CostShare.COPAY, CostShare.DEDUCTIBLE, CostShare.COINSURANCE)
    assert benefit.authorization_required is True
    (excluded,), _ = benefits_of(only("EB*I**35"))
    assert excluded.covered is False
    assert benefits_of(only("EB*1**98", "EB*1**30")) == ((), ())
    (benefit,), (contradiction,) = benefits_of(only("EB*B**98****25", "EB*B**98****40"))
    assert benefit.copay == contradiction.taken == Money.of(40)


def test_a_payer_that_does_not_answer_says_why():
    (found,) = read_eligibility(answer("AAA*N**75*C")).answers
    assert [(one.reason, one.may_try_again) for one in found.rejections] == [("75", True)]
    assert found.is_active is None
    assert only("EB*6").is_active is False
    assert only("EB*1**30", "EB*6**35").is_active is True


def test_a_rejection_by_the_source_comes_without_a_person():
    whole = answer("EB*1").replace(b"HL*3*2*22*0~", b"AAA*Y**50*N~\nZZ*1~").replace(
        b"EB*1~\n", b"")  # fmt: skip
    (found,) = read_eligibility(whole).answers
    assert [(one.reason, one.may_try_again) for one in found.rejections] == [("50", False)]
    assert found.person.member_id is None


def test_days_of_the_plan_and_odd_levels():
    read = read_eligibility(
        answer("DTP*346*D8*20260101", "DTP*347*D8*20261231", "DTP*291*D8*", "EB*1**30",
               "HL*4*3*99*0")
    )  # fmt: skip
    (found,) = read.answers
    assert (found.first_day, found.last_day) == (date(2026, 1, 1), date(2026, 12, 31))
    assert [(p.entry, p.place) for p in read.problems] == [(16, "HL03")]


def test_what_the_payer_spends_and_leaves_may_contradict_each_other():
    rows = ("EB*C*IND*30***23*1500*****Y", "EB*C*IND*30***24*100*****Y")
    standings, contradictions = standings_of(only(*rows, "EB*C*IND*30***29*900*****Y"))
    assert standings[0].spent == Money.of(100)
    assert contradictions[0].stated == (Money.of(100), Money.of(600))
    standings, _ = standings_of(only("EB*C*FAM*30***23*3000*****Y"))
    assert yearly_amount("d", standings, Figure.DEDUCTIBLE, in_network=True) == YearlyAmount(
        "d", Scope.AGGREGATE, family=Money.of(3000)
    )


def test_accumulators_leave_out_what_cannot_be():
    tier = Tier(
        "in", in_network=True, deductible=YearlyAmount("d", Scope.NONE),
        out_of_pocket=YearlyAmount("o", Scope.EMBEDDED, Money.of(5000), Money.of(9000)),
    )  # fmt: skip
    standings, _ = standings_of(
        only("EB*G*IND*30***24*700*****Y", "EB*G*FAM*30***24*500*****Y",
             "EB*C*IND*30***24*5*****Y", "EB*G*IND*30***34*8*****Y")
    )  # fmt: skip
    day = date(2026, 5, 1)
    assert accumulators_of(standings, tier, day) == Accumulators(day, (Spent("o", Money.of(700)),))
    standings, _ = standings_of(only("EB*G*IND*30***29*6000*****Y"))
    assert accumulators_of(standings, tier, day) == Accumulators(day)


def test_faults_of_rows_are_named_and_the_rest_is_kept():
    read = read_eligibility(
        answer("EB**IND", "EB*B**98****x", "EB*B**98****-5", "EB*A**98*****x",
               "EB*A**98*****20", "EB*ZZ**98***99",
               "DTP*291*D8*20261301", "EB*B*IND*98****25", "MSG*PER VISIT",
               "DTP*348*RD8*20260101-20261231")
    )  # fmt: skip
    assert [(p.entry, p.place, p.warning) for p in read.problems] == [
        (12, "EB01", False), (13, "EB07", False), (14, "EB07", False), (15, "EB08", False),
        (16, "EB08", False), (17, "EB01", True), (17, "EB06", True), (18, "DTP03", False),
    ]  # fmt: skip
    kept = read.answers[0].benefits
    assert [row.kind for row in kept] == [BenefitKind.OTHER, BenefitKind.COPAY]
    assert kept[1].messages == ("PER VISIT",)
    assert (kept[1].first_day, kept[1].last_day) == (date(2026, 1, 1), date(2026, 12, 31))
    assert kept[1].level is Level.INDIVIDUAL


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (b"SE*11*0001", b"SE*12*0001", "SE01"), (b"SE*11*0001", b"SE*11*0002", "SE02"),
        (b"GE*1*1", b"GE*2*1", "GE01"), (b"GE*1*1", b"GE*1*2", "GE02"),
        (b"IEA*1*000000001", b"IEA*2*000000001", "IEA01"),
        (b"IEA*1*000000001", b"IEA*1*000000002", "IEA02"),
        (b"IEA*1*000000001~", b"", "GE"), (b"SE*11*0001~\n", b"", "GE"),
        (b"GE*1*1~", b"GE*1*1~ZZ*1~", "ZZ"), (b"ISA*00*", b"ISA*0*", "ISA"),
        (b"GE*1*1~", b"ISA*1~GE*1*1~", "ISA"), (b"GE*1*1~", b"GS*HB~GE*1*1~", "GS"),
        (b"BHT", b"ST*271*2~BHT", "ST"), (b"*0*P*:", b"*0*P**", "ISA"),
        (b"ST*271", b"SE*1*1~ST*271", "SE"),
    ],
)  # fmt: skip
def test_faults_of_the_envelope_refuse_the_file(old, new, place):
    whole = answer("EB*1**30")
    assert old in whole
    with pytest.raises(FileRefused) as refused:
        read_eligibility(whole.replace(old, new))
    assert place in [problem.place for problem in refused.value.problems]


def test_files_that_hold_no_answer_are_refused(material):
    for path in ("demo.270", "demo.835"):
        with pytest.raises(FileRefused):
            read_eligibility(material(FOLDER + path))


def test_other_delimiters_are_read_from_the_head():
    text = answer("EB*B**98^35****25").decode().translate(str.maketrans("*~^", "|'\\"))
    (found,) = read_eligibility(text.encode()).answers
    assert found.benefits[0].service_types == ("98", "35")


@settings(max_examples=200)
@given(st.data())
def test_damaged_answers_give_our_own_error_or_a_clean_result(data):
    whole = answer("EB*C*IND*30***23*1500*****Y", "DTP*291*D8*20260101", "AAA*N**75*C")
    at = data.draw(st.integers(0, len(whole)))
    damage, cut = data.draw(st.binary(max_size=4)), data.draw(st.integers(0, 12))
    with contextlib.suppress(CarecoordError):
        read_eligibility(whole[:at] + damage + whole[at + cut :])


def test_no_member_is_named_in_reprs():
    read = read_eligibility(answer("EB*1**30"))
    assert "SMITH" not in repr(read)
    assert "123456789" not in repr(read)
    assert "SMITH" not in repr(read_interchange(answer("EB*1**30")))
