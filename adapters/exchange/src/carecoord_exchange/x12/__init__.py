"""X12 005010: eligibility asked (270) and answered (271).

answers = read_eligibility("answer.271").answers
standings, contradictions = standings_of(answers[0])
"""

from carecoord_exchange.x12.benefit_codes import BenefitKind, Level, Network, TimePeriod
from carecoord_exchange.x12.eligibility_answer import read_eligibility
from carecoord_exchange.x12.eligibility_request import Party, eligibility_request
from carecoord_exchange.x12.gateway import X12Eligibility
from carecoord_exchange.x12.interchange import Interchange, Segment, Transaction, read_interchange
from carecoord_exchange.x12.standing import (
    Contradiction,
    benefits_of,
    standings_of,
)
from carecoord_exchange.x12.statements import (
    Answers,
    BenefitStatement,
    EligibilityAnswer,
    Person,
    Rejection,
)

__all__ = [
    "Answers",
    "BenefitKind",
    "BenefitStatement",
    "Contradiction",
    "EligibilityAnswer",
    "Interchange",
    "Level",
    "Network",
    "Party",
    "Person",
    "Rejection",
    "Segment",
    "TimePeriod",
    "Transaction",
    "X12Eligibility",
    "benefits_of",
    "eligibility_request",
    "read_eligibility",
    "read_interchange",
    "standings_of",
]
