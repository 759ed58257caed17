"""Tall price files, sound and unsound, for the laws of those who read them."""

import csv
import io

from hypothesis import strategies as st

from carecoord.kernel.codes import CPT, REVENUE_CODE, Code

HEAD = (
    "hospital_name,last_updated_on,version,location_name,hospital_address,license_number|CA,"
    '"type_2_npi",'
    '"To the best of its knowledge and belief, this hospital has included all and so on.",'
    "attester_name\r\n"
    "West Mercy,2026-04-01,3.0.0,West Mercy,12 Main Street,50056,0000000001,true,Leigh Attester\r\n"
    "description,code|1,code|1|type,code|2,code|2|type,setting,modifiers,"
    "drug_unit_of_measurement,drug_type_of_measurement,standard_charge|gross,"
    "standard_charge|discounted_cash,standard_charge|min,standard_charge|max,payer_name,plan_name,"
    "standard_charge|negotiated_dollar,standard_charge|negotiated_percentage,"
    "standard_charge|negotiated_algorithm,standard_charge|methodology,median_amount,"
    "10th_percentile,90th_percentile,count,additional_generic_notes\r\n"
)
HEAD_V2 = (
    HEAD.replace("3.0.0", "2.2.0")
    .replace("location_name", "hospital_location")
    .replace("this hospital", "the hospital")
    .replace("median_amount,10th_percentile,90th_percentile,count", "estimated_amount,a,b,c")
)
WIDTH = 24
PAYER, PLAN = 13, 14
CODES = ["70551", "99213", "9921", "0450", 'X"1', "é9"]
PAYERS = ["Platform Health", "Région Santé", 'The "Good" Plan', ""]
WANTED_CODES = [Code(CPT, "70551"), Code(REVENUE_CODE, "0450"), Code(CPT, 'X"1'), Code(CPT, "é9")]
WANTED_PAYERS = ["Platform Health", ("Région Santé", "HMO"), ('The "Good" Plan', "PPO")]

NO_PRICES = "there are no prices below the headers"

texts = st.text("ab ,\"'\r\n;|é5", max_size=8)


@st.composite
def cells(draw):
    row = [""] * WIDTH
    row[0] = draw(st.just("MRI") | texts)
    row[1], row[2] = draw(st.sampled_from(CODES)), draw(st.sampled_from(["CPT", " cpt", "RC", ""]))
    if draw(st.booleans()):
        row[3], row[4] = draw(st.sampled_from(CODES)), "RC"
    row[5] = draw(st.sampled_from(["outpatient", "inpatient", "BOTH", "roof"]))
    row[9] = draw(st.sampled_from(["1200", "12.34", "12.345", "0", ""]))
    row[11:13] = draw(st.sampled_from([["1", "2"], ["", ""]]))
    row[PAYER] = draw(st.sampled_from(PAYERS))
    row[PLAN] = draw(st.sampled_from(["HMO", " PPO ", ""]))
    row[15] = draw(st.sampled_from(["400", "0.005", "", "$5"]))
    row[18] = draw(st.sampled_from(["fee schedule", "other", "Case  Rate", ""]))
    row[23] = draw(st.just("") | texts)
    return row[: draw(st.sampled_from([WIDTH, WIDTH, 19, 6]))]


def written(rows, quoting=csv.QUOTE_MINIMAL, end="\r\n"):
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator=end).writerows(rows)
    return text.getvalue()


@st.composite
def tall_files(draw):
    """The parts of a tall file, row by row, as programs write them and as they should not."""
    end = draw(st.sampled_from(["\r\n", "\r\n", "\n", "\r"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    quoting = quoting if end == "\r\n" else csv.QUOTE_ALL
    odd = st.sampled_from(['3.5" screw,70551,CPT' + end, ",,," + end, end])
    made = cells().map(lambda row: written([row], quoting, end))
    parts = draw(st.lists(made | made | made | made | odd, min_size=1, max_size=8))
    if draw(st.booleans()):
        parts[-1] = parts[-1].removesuffix(end)
    return parts


def mri(code="70551", payer="Platform Health", plan="HMO", description="MRI"):
    """The cells of a sound row."""
    row = [""] * WIDTH
    row[:3], row[5], row[9], row[11:13] = [description, code, "CPT"], "both", "1200", ["1", "900"]
    row[PAYER], row[PLAN], row[15], row[18] = payer, plan, "400", "fee schedule"
    return row


ODD_AMOUNTS = [
    "", " ", "12.", ".5", "999999999", "999999999.00", "0", "0.00", " 5", "5 ", "1e3", "007.10",
    "12.345", "12.34567", "1234567890123", "-1", "\xa05", "٣", "5\x1c", "8.9",
]  # fmt: skip
ODD_TEXTS = ["", " ", "\xa0", "\x1cx", " padded ", "Per  Diem", "case rate", "other", "x" * 301]
ODD_COUNTS = ["", "0", "5", "10", "1 Through 10", "999999999", "011", "12", "9" * 15, "9" * 16]
ODD = {
    0: ODD_TEXTS, 5: ODD_TEXTS, 9: ODD_AMOUNTS, 11: ODD_AMOUNTS, PAYER: ODD_TEXTS,
    PLAN: ODD_TEXTS, 15: ODD_AMOUNTS, 16: ODD_AMOUNTS, 17: ODD_TEXTS, 18: ODD_TEXTS,
    19: ODD_AMOUNTS, 20: ODD_AMOUNTS, 21: ODD_AMOUNTS, 22: ODD_COUNTS, 23: ODD_TEXTS,
}  # fmt: skip


FORMS = {
    "dollar": {15: "400"},
    "percentage": {16: "12.5", 19: "7", 20: "1", 21: "9", 22: "11"},
    "algorithm": {17: "times 2", 19: "7", 20: "1", 21: "9", 22: "1 through 10"},
    "dollar and percentage": {15: "12.34", 16: "40", 19: "7.5", 20: "1", 21: "9", 22: "250"},
    "none counted": {16: "40", 22: "0", 23: "none so far"},
    "other": {15: "400", 18: "other", 23: "by hand"},
}
"""Ways to state a rate soundly, by the columns that they fill."""


def further(row, form):
    """A row about the same item for another payer's plan."""
    row = [*row, *[""] * (WIDTH - len(row))]
    row[15], row[18], row[PLAN] = "", "fee schedule", "PPO"
    for at, cell in FORMS[form].items():
        row[at] = cell
    return row


@st.composite
def further_rows(draw, row):
    """A row about the same item for another payer's plan; in half of them one cell is odd."""
    row = further(row, draw(st.sampled_from(sorted(FORMS))))
    row[PAYER], row[PLAN] = draw(st.sampled_from(PAYERS[:3])), draw(st.sampled_from(["HMO", "PPO"]))
    row[23] = draw(st.sampled_from([row[23] or "", 'a "note"\r\nof two', "y,z"]))
    if draw(st.booleans()):
        at = draw(st.sampled_from(sorted(ODD)))
        row[at] = draw(st.sampled_from(ODD[at]))
    return row


def odd_rows():
    """Every way to state a rate, with every odd cell in every place, each behind a sound row."""
    for form in FORMS:
        yield from (mri(), further(mri(), form))
        for at, cells in ODD.items():
            for cell in cells:
                row = further(mri(), form)
                row[at] = cell
                yield from (mri(), row)
        yield from ([*mri()[:11], "", "", *mri()[13:]], further(mri(), form))
        bare = mri()
        bare[11:13], bare[15:17], bare[19:23] = ["", ""], ["", "40"], ["7", "1", "9", "11"]
        yield from (bare, further(bare, form))
        bare = [*bare[:11], " ", "\xa0", *bare[13:]]
        yield from (bare, further(bare, form))


@st.composite
def grouped_files(draw):
    """The parts of a tall file whose items have several rows, one after the other."""
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        code = draw(st.sampled_from(CODES))
        first = draw(st.just(mri(code)) | st.just(mri(code)) | cells())
        rows = [first, *(draw(further_rows(first)) for _ in range(draw(st.integers(0, 5))))]
        parts += [written([row], quoting) for row in rows]
        parts += draw(st.lists(st.sampled_from(['3.5" screw,70551,CPT\r\n', "\r\n"]), max_size=1))
    return parts
