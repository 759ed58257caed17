"""The desk: everything a coordinator can do, for one actor and one purpose.

desk = clinic.desk(actor, Purpose.TREATMENT)
visit = desk.book(patient.id, …)
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from carecoord.compliance.access import AccessRequest, Decision
from carecoord.compliance.access_facts import AccessFact
from carecoord.compliance.audit import AuditEntry, Touched
from carecoord.compliance.repository import AccessFacts
from carecoord.coordination import (
    answering_questions,
    answering_reminders,
    booking_a_sequence,
    booking_a_series,
    booking_a_visit,
    complying,
    coordinating_coverages,
    credentialing,
    discussing_costs,
    entering_data,
    estimating_in_good_faith,
    following_benefits,
    gathering_evidence,
    getting_authorization,
    guarding_records,
    holding_group_sessions,
    honoring_rights,
    keeping_accounts,
    keeping_attendance,
    keeping_calendars,
    keeping_obligations,
    keeping_the_waitlist,
    preparing_a_visit,
    reading_the_audit,
    receiving_a_patient,
    referring_a_patient,
    reminding_patients,
    reporting,
    retaining_records,
)
from carecoord.coordination import arranging_outpatient_care as outpatient_care
from carecoord.coordination.arguments import encoded_arguments
from carecoord.coordination.gateways import WouldReachOut
from carecoord.coordination.narrowing import narrowed, parts_by_class
from carecoord.coordination.practice import Practice
from carecoord.coordination.scope import Scope
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import May, UseCase
from carecoord.errors import (
    AccessDenied,
    CarecoordError,
    Conflict,
    InvalidValue,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from carecoord.kernel.ids import ActorId, PatientId
from carecoord.kernel.people import Actor, Purpose
from carecoord.kernel.time import local_date
from carecoord.storage.idempotency import ONCE, fingerprint_of
from carecoord.storage.store import Key
from carecoord.storage.work import Work

__all__ = ["Desk"]

R = TypeVar("R")

Seen: TypeAlias = Mapping[tuple[str, str], tuple[int, str | None]]
"""Kind and id, to version and whose record it is."""

_OWN_KINDS = frozenset({"event", "once"})
OUT_OF_REACH = "the decision does not reach what was asked for"


def _nothing(_: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
    """The commitments of what was not written."""
    return {}


class Desk:
    """What one actor does for one purpose.

    Every use case is decided on by the access policy first, runs in a unit of work of its own, and
    leaves an audit entry, whether it is done, refused or denied.
    """

    # entering data
    register = entering_data.register
    take_over_patient = entering_data.take_over_patient
    change_record = entering_data.change_record
    add_coverage = entering_data.add_coverage
    order_coverages = entering_data.order_coverages
    look_up_patient = entering_data.look_up_patient
    find_patients = entering_data.find_patients
    enter_organization = entering_data.enter_organization
    enter_practitioner = entering_data.enter_practitioner
    enter_location = entering_data.enter_location

    # keeping calendars
    offer_visit_type = keeping_calendars.offer_visit_type
    set_schedule = keeping_calendars.set_schedule
    block = keeping_calendars.block
    lift_block = keeping_calendars.lift_block
    day_of = keeping_calendars.day_of

    # booking a visit
    find_openings = booking_a_visit.find_openings
    hold = booking_a_visit.hold
    release_hold = booking_a_visit.release_hold
    release_expired_holds = booking_a_visit.release_expired_holds
    book = booking_a_visit.book
    reschedule = booking_a_visit.reschedule
    swap = booking_a_visit.swap
    cancel = booking_a_visit.cancel
    look_up_visit = booking_a_visit.look_up_visit
    visits_of = booking_a_visit.visits_of

    # booking a series
    book_series = booking_a_series.book_series
    cancel_series_from = booking_a_series.cancel_series_from
    change_series_from = booking_a_series.change_series_from
    leave_out_of_series = booking_a_series.leave_out_of_series
    series_of = booking_a_series.series_of
    series_report = booking_a_series.series_report

    # booking a sequence
    find_sequences = booking_a_sequence.find_sequences
    book_sequence = booking_a_sequence.book_sequence

    # holding group sessions
    plan_session = holding_group_sessions.plan_session
    find_sessions = holding_group_sessions.find_sessions
    visits_in_session = holding_group_sessions.visits_in_session
    book_seat = holding_group_sessions.book_seat
    move_seat = holding_group_sessions.move_seat
    move_session = holding_group_sessions.move_session
    cancel_session = holding_group_sessions.cancel_session
    resize_session = holding_group_sessions.resize_session
    complete_session = holding_group_sessions.complete_session

    # keeping the waitlist
    join_waitlist = keeping_the_waitlist.join_waitlist
    offer_to_waitlist = keeping_the_waitlist.offer_to_waitlist
    accept_offer = keeping_the_waitlist.accept_offer
    decline_offer = keeping_the_waitlist.decline_offer
    leave_waitlist = keeping_the_waitlist.leave_waitlist
    waitlist_for = keeping_the_waitlist.waitlist_for

    # arranging outpatient care
    request_outpatient_appointment = outpatient_care.request_outpatient_appointment
    record_outpatient_offers = outpatient_care.record_outpatient_offers
    record_outpatient_confirmed = outpatient_care.record_outpatient_confirmed
    record_outpatient_declined = outpatient_care.record_outpatient_declined
    record_outpatient_occurred = outpatient_care.record_outpatient_occurred
    record_outpatient_missed = outpatient_care.record_outpatient_missed
    request_outpatient_appointment_again = outpatient_care.request_outpatient_appointment_again
    cancel_outpatient_appointment = outpatient_care.cancel_outpatient_appointment
    outpatient_appointments_of = outpatient_care.outpatient_appointments_of
    outpatient_appointments_to_ask_about = outpatient_care.outpatient_appointments_to_ask_about

    # preparing a visit
    readiness_of = preparing_a_visit.readiness_of
    settle_readiness = preparing_a_visit.settle_readiness
    pre_visit_packet = preparing_a_visit.pre_visit_packet

    # reminding patients
    prefer_reminders = reminding_patients.prefer_reminders
    reminder_preference_of = reminding_patients.reminder_preference_of
    plan_reminders = reminding_patients.plan_reminders
    take_reminder = reminding_patients.take_reminder
    record_reminder_sent = reminding_patients.record_reminder_sent
    record_reminder_not_sent = reminding_patients.record_reminder_not_sent
    reminders_of = reminding_patients.reminders_of

    # answering reminders
    answer_reminder = answering_reminders.answer_reminder
    receive_reply = answering_reminders.receive_reply
    reminders_to_follow_up = answering_reminders.reminders_to_follow_up

    # receiving a patient
    arrive = receiving_a_patient.arrive
    check_in = receiving_a_patient.check_in
    start = receiving_a_patient.start
    complete = receiving_a_patient.complete
    miss = receiving_a_patient.miss

    # keeping attendance
    attendance_of = keeping_attendance.attendance_of
    attendance_fee_of = keeping_attendance.attendance_fee_of
    charge_attendance_fee = keeping_attendance.charge_attendance_fee

    # keeping accounts
    open_account = keeping_accounts.open_account
    post_charge = keeping_accounts.post_charge
    post_payment = keeping_accounts.post_payment
    adjust = keeping_accounts.adjust
    transfer_responsibility = keeping_accounts.transfer_responsibility
    apply_credit = keeping_accounts.apply_credit
    refund_credit = keeping_accounts.refund_credit
    reverse_entry = keeping_accounts.reverse_entry
    agree_payment_plan = keeping_accounts.agree_payment_plan
    hold_account = keeping_accounts.hold_account
    reopen_account = keeping_accounts.reopen_account
    close_account = keeping_accounts.close_account
    accounts_of = keeping_accounts.accounts_of
    ledger_of = keeping_accounts.ledger_of
    balance_of = keeping_accounts.balance_of
    statement_of = keeping_accounts.statement_of

    # getting authorization
    authorization_needed = getting_authorization.authorization_needed
    request_authorization = getting_authorization.request_authorization
    record_decision = getting_authorization.record_decision
    record_missed_deadline = getting_authorization.record_missed_deadline
    update_authorization = getting_authorization.update_authorization
    use_authorization = getting_authorization.use_authorization
    withdraw_authorization = getting_authorization.withdraw_authorization
    appeal = getting_authorization.appeal
    record_appeal_outcome = getting_authorization.record_appeal_outcome
    authorizations_of = getting_authorization.authorizations_of
    current_authorization = getting_authorization.current_authorization
    overdue_authorizations = getting_authorization.overdue_authorizations

    # referring a patient
    refer = referring_a_patient.refer
    record_referral_accepted = referring_a_patient.record_referral_accepted
    record_referral_declined = referring_a_patient.record_referral_declined
    redirect_referral = referring_a_patient.redirect_referral
    record_referral_scheduled = referring_a_patient.record_referral_scheduled
    record_referral_missed = referring_a_patient.record_referral_missed
    record_referral_seen = referring_a_patient.record_referral_seen
    record_referral_report = referring_a_patient.record_referral_report
    close_referral = referring_a_patient.close_referral
    revoke_referral = referring_a_patient.revoke_referral
    note_on_referral = referring_a_patient.note_on_referral
    referrals_of = referring_a_patient.referrals_of
    open_referrals = referring_a_patient.open_referrals
    overdue_referrals = referring_a_patient.overdue_referrals

    # answering questions
    verify_coverage = answering_questions.verify_coverage
    record_verification = answering_questions.record_verification
    check_eligibility = answering_questions.check_eligibility
    record_eligibility = answering_questions.record_eligibility
    eligibility_of = answering_questions.eligibility_of

    # discussing costs
    enter_plan = discussing_costs.enter_plan
    enter_prices = discussing_costs.enter_prices
    estimate_for_coverage = discussing_costs.estimate_for_coverage
    estimate_for_plan = discussing_costs.estimate_for_plan
    estimate_for_cash = discussing_costs.estimate_for_cash
    compare_estimates = discussing_costs.compare_estimates
    costs_would_change = discussing_costs.costs_would_change
    look_up_estimate = discussing_costs.look_up_estimate
    estimates_of = discussing_costs.estimates_of
    explain_estimate = discussing_costs.explain_estimate
    write_estimate = discussing_costs.write_estimate

    # coordinating coverages
    order_of_payment = coordinating_coverages.order_of_payment
    estimate_for_coverages = coordinating_coverages.estimate_for_coverages

    # following benefits
    amounts_used = following_benefits.amounts_used
    record_accumulation = following_benefits.record_accumulation
    carry_over_amounts = following_benefits.carry_over_amounts
    accumulations_of = following_benefits.accumulations_of

    # estimating in good faith
    receive_cost_question = estimating_in_good_faith.receive_cost_question
    visit_scheduled_without_coverage = estimating_in_good_faith.visit_scheduled_without_coverage
    cost_questions_waiting = estimating_in_good_faith.cost_questions_waiting
    give_good_faith_estimate = estimating_in_good_faith.give_good_faith_estimate
    good_faith_estimate_due = estimating_in_good_faith.good_faith_estimate_due
    reissue_needed = estimating_in_good_faith.reissue_needed
    bill_against_estimate = estimating_in_good_faith.bill_against_estimate

    # complying
    record_disclosure = complying.record_disclosure
    suspend_accounting = complying.suspend_accounting
    void_disclosure = complying.void_disclosure
    account_for_disclosures = complying.account_for_disclosures
    report_incident = complying.report_incident
    count_affected = complying.count_affected
    assess_incident = complying.assess_incident
    delay_notification = complying.delay_notification
    record_notification = complying.record_notification
    close_incident = complying.close_incident
    open_incidents = complying.open_incidents
    incidents_affecting = complying.incidents_affecting
    notifications_of = complying.notifications_of
    overdue_incidents = complying.overdue_incidents

    # honoring rights
    receive_individual_request = honoring_rights.receive_individual_request
    extend_individual_request = honoring_rights.extend_individual_request
    grant_individual_request = honoring_rights.grant_individual_request
    deny_individual_request = honoring_rights.deny_individual_request
    withdraw_individual_request = honoring_rights.withdraw_individual_request
    review_denial = honoring_rights.review_denial
    record_disagreement = honoring_rights.record_disagreement
    end_restriction = honoring_rights.end_restriction
    agreed_way_to_reach = honoring_rights.agreed_way_to_reach
    individual_requests_of = honoring_rights.individual_requests_of
    individual_requests_awaiting_answer = honoring_rights.individual_requests_awaiting_answer
    overdue_individual_requests = honoring_rights.overdue_individual_requests
    record_consent = honoring_rights.record_consent
    revoke_consent = honoring_rights.revoke_consent
    end_consent = honoring_rights.end_consent
    void_consent = honoring_rights.void_consent
    consents_of = honoring_rights.consents_of
    automated_messages_to = honoring_rights.automated_messages_to
    give_notice = honoring_rights.give_notice
    acknowledge_notice = honoring_rights.acknowledge_notice
    note_notice_effort = honoring_rights.note_notice_effort
    notices_of = honoring_rights.notices_of

    # guarding records
    note_relation = guarding_records.note_relation
    approve_access = guarding_records.approve_access
    end_relation = guarding_records.end_relation
    relations_to = guarding_records.relations_to
    delegate = guarding_records.delegate
    revoke_delegation = guarding_records.revoke_delegation
    break_glass = guarding_records.break_glass
    emergency_accesses_to_review = guarding_records.emergency_accesses_to_review
    review_emergency_access = guarding_records.review_emergency_access
    label_record = guarding_records.label_record
    explain_access = guarding_records.explain_access

    # credentialing
    record_credential = credentialing.record_credential
    renew_credential = credentialing.renew_credential
    suspend_credential = credentialing.suspend_credential
    reinstate_credential = credentialing.reinstate_credential
    revoke_credential = credentialing.revoke_credential
    credentials_of = credentialing.credentials_of
    renewals_coming_due = credentialing.renewals_coming_due
    holds_required_credentials = credentialing.holds_required_credentials
    may_interpret = credentialing.may_interpret
    enter_workforce_member = credentialing.enter_workforce_member
    workforce = credentialing.workforce
    enter_requirement = credentialing.enter_requirement
    end_requirement = credentialing.end_requirement
    publish_policy = credentialing.publish_policy
    policies_to_read = credentialing.policies_to_read
    acknowledge_policy = credentialing.acknowledge_policy

    # keeping obligations
    enter_obligation = keeping_obligations.enter_obligation
    note_occurrence = keeping_obligations.note_occurrence
    attest_obligation = keeping_obligations.attest_obligation
    retire_obligation = keeping_obligations.retire_obligation
    duties_coming_due = keeping_obligations.duties_coming_due
    obligation_report = keeping_obligations.obligation_report

    # reading the audit
    accesses_to = reading_the_audit.accesses_to
    unusual_access = reading_the_audit.unusual_access

    # gathering evidence
    gather_evidence = gathering_evidence.gather_evidence

    # retaining records
    set_retention_rules = retaining_records.set_retention_rules
    place_legal_hold = retaining_records.place_legal_hold
    release_legal_hold = retaining_records.release_legal_hold
    retention_schedule = retaining_records.retention_schedule
    records_due_for_disposal = retaining_records.records_due_for_disposal
    begin_disposal = retaining_records.begin_disposal
    continue_disposal = retaining_records.continue_disposal
    stop_disposal = retaining_records.stop_disposal
    disposals_of = retaining_records.disposals_of
    unfinished_disposals = retaining_records.unfinished_disposals

    # reporting
    worklist = reporting.worklist

    def __init__(
        self,
        practice: Practice,
        actor: Actor,
        purpose: Purpose,
        origin: str | None,
        shared: Work | None = None,
    ) -> None:
        self.practice = practice
        self.actor = actor
        self.purpose = purpose
        self.origin = origin
        self._shared = shared

    @contextmanager
    def together(self) -> Iterator["Desk"]:
        """Several use cases in one unit of work: all of them are kept, or none.

            with desk.together() as together:
                patient = together.register(name)
                together.open_account(patient.id)

        A use case that fails leaves nothing of itself, and its refusal is on record at once;
        whoever catches its error can go on. Nothing is tried again by itself, and `once` cannot be
        used within.
        """
        work = self.practice.store.work()
        with work:
            yield Desk(self.practice, self.actor, self.purpose, self.origin, work)

    def perform(
        self,
        use_case: UseCase[Any, R],
        arguments: tuple[Any, ...],
        named: dict[str, Any],
        key: str | None,
    ) -> R:
        """Do a use case; `desk.book(…)` is the usual way to say it."""
        decision = self._decided(use_case)
        result = self._performed(use_case, decision, arguments, named, key)
        if not decision.withheld:
            return result
        return narrowed(result, parts_by_class(decision.withheld, self.practice.store.kinds))

    def _performed(
        self,
        use_case: UseCase[Any, R],
        decision: Decision,
        arguments: tuple[Any, ...],
        named: dict[str, Any],
        key: str | None,
    ) -> R:
        latest: list[Work] = []

        def done(work: Work) -> R:
            latest[:] = [work]
            work.stage.forget_seen()
            turn = self._turn(work, use_case, decision)
            result: R = use_case.function(turn, *arguments, **named)
            turn.check_writes()
            seen, withheld = work.stage.seen(), work.stage.withheld()
            why = _grounds(decision, seen)
            entry = self._entry(use_case, work.now, seen, "done", why, work.committed)
            work.audit(entry.encoded())
            if withheld:
                work.audit(self._denied(use_case, work.now, withheld).encoded())
            return result

        def repeated(work: Work) -> None:
            latest[:] = [work]
            seen = dict(work.stage.seen())
            scope = Scope(work, decision, local_date(work.now, self.practice.zone))
            kinds = {kind.name: kind for kind in self.practice.store.kinds}
            for name, id in seen:
                kind = kinds[name]
                if name != ONCE.name and (
                    work.collection(kind, scope.of(kind)).get_or_none(id) is None
                ):
                    raise AccessDenied(use_case.name, OUT_OF_REACH)
            why = _grounds(decision, seen)
            work.audit(self._entry(use_case, work.now, seen, "repeated", why).encoded())

        if self._shared is not None and key is not None:
            raise InvalidValue("key", "cannot be used within together()")
        kept_under = None if key is None else self._key(use_case, key, arguments, named)
        try:
            if self._shared is not None:
                return _whole(self._shared, done)
            return self.practice.store.run(done, key=kept_under, before_repeat=repeated)
        except (Unavailable, OutcomeUnknown):
            raise
        except CarecoordError as error:
            self._record_error(use_case, error, latest[0] if latest else None)
            raise

    def ask(
        self, use_case: UseCase[Any, Any], arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> May:
        """Ask about a use case; `desk.book.may(…)` is the usual way to say it."""
        if self._shared is not None:
            raise InvalidValue("may", "cannot be asked within together()")
        try:
            decision = self._decided(use_case)
        except AccessDenied as denied:
            return May((Refused("access_policy", denied.reason, "the access policy"),))
        work = self.practice.store.work()
        turn = self._turn(work, use_case, decision, asking=True)
        try:
            use_case.function(turn, *arguments, **named)
            may = May()
        except WouldReachOut:
            may = May()
        except NotAllowed as error:
            may = May(error.refusals)
        except CarecoordError as error:
            self._record_error(use_case, error, work)
            raise
        seen = work.stage.seen_before()
        self._record(use_case, "asked", _grounds(decision, seen), seen, work.stage.withheld())
        return may

    def _turn(
        self, work: Work, use_case: UseCase[Any, Any], decision: Decision, *, asking: bool = False
    ) -> Turn:
        return Turn(
            work,
            self.practice,
            self.actor,
            decision,
            reads=use_case.reads,
            writes=use_case.writes,
            asking=asking,
        )

    def _decided(self, use_case: UseCase[Any, Any]) -> Decision:
        decision = self.practice.policy.decide(
            AccessRequest(
                self.actor,
                self.purpose,
                use_case.name,
                use_case.responsibility,
                self._facts_of,
            )
        )
        if not decision.allowed:
            self._record(use_case, AccessDenied.code, decision.reason, {})
            raise AccessDenied(use_case.name, decision.reason)
        return decision

    def _facts_of(self, actor: ActorId) -> tuple[AccessFact, ...]:
        """What is on record about somebody's access, and holds now."""
        work = self.practice.store.work()
        return AccessFacts(work).holding_for(actor, work.now)

    def _record_error(
        self, use_case: UseCase[Any, Any], error: CarecoordError, work: Work | None
    ) -> None:
        """Keep the record of how it ended; what was withheld is a denial, whatever was raised."""
        seen = {} if work is None else work.stage.seen_before()
        withheld = {} if work is None else work.stage.withheld()
        if withheld and isinstance(error, AccessDenied | NotFound):
            self._record(use_case, AccessDenied.code, OUT_OF_REACH, {**seen, **withheld})
        else:
            self._record(use_case, error.code, _why(error), seen, withheld)

    def _record(
        self,
        use_case: UseCase[Any, Any],
        outcome: str,
        reason: str,
        seen: Seen,
        withheld: Seen = MappingProxyType({}),
    ) -> None:
        """Keep the record of a question or a refusal, before its answer or error leaves.

        Raises:
            Unavailable: it could not be kept.
        """

        def record(work: Work) -> None:
            work.audit(self._entry(use_case, work.now, seen, outcome, reason).encoded())
            if withheld:
                work.audit(self._denied(use_case, work.now, withheld).encoded())

        try:
            self.practice.store.run(record)
        except OutcomeUnknown:
            raise Unavailable("the record of a refusal could not be kept") from None

    def _denied(self, use_case: UseCase[Any, Any], at: datetime, withheld: Seen) -> AuditEntry:
        return self._entry(use_case, at, withheld, AccessDenied.code, OUT_OF_REACH)

    def _entry(
        self,
        use_case: UseCase[Any, Any],
        at: datetime,
        seen: Seen,
        outcome: str,
        reason: str,
        committed: Callable[[Iterable[tuple[str, str]]], Mapping[tuple[str, str], str]] = _nothing,
    ) -> AuditEntry:
        theirs = {place: what for place, what in seen.items() if place[0] not in _OWN_KINDS}
        commitments = committed(theirs)
        whose = {PatientId(patient) for _, patient in theirs.values() if patient is not None}
        return AuditEntry(
            at=at,
            actor=self.actor.id,
            roles=tuple(sorted(role.value for role in self.actor.roles)),
            purpose=self.purpose,
            use_case=use_case.name,
            outcome=outcome,
            reason=reason,
            patients=tuple(sorted(whose)),
            touched=tuple(
                Touched(kind, id, version, commitments.get((kind, id)))
                for (kind, id), (version, _) in theirs.items()
            ),
            origin=self.origin,
            policy=self.practice.policy_fingerprint,
        )

    def _key(
        self,
        use_case: UseCase[Any, Any],
        key: str,
        arguments: tuple[Any, ...],
        named: dict[str, Any],
    ) -> Key:
        bound = inspect.signature(use_case.function).bind(None, *arguments, **named)
        bound.apply_defaults()
        given = encoded_arguments((), dict(bound.arguments))
        fingerprint = fingerprint_of(key, given)
        return Key((self.actor.id, use_case.name), key, fingerprint)


def _whole(work: Work, done: Callable[[Work], R]) -> R:
    """Do it within a work that is shared; if it fails, the work is as it was before."""
    before = work.stage.copy()
    try:
        return done(work)
    except BaseException:
        work.stage.restore(before)
        raise


def _grounds(decision: Decision, seen: Seen) -> str:
    """Why it was allowed, and under which broken glass, if any of it was opened by one."""
    whose = {patient for _, patient in seen.values()}
    broken = [id for patient, id in decision.emergencies if patient in whose]
    under = (f"under emergency access {id}" for id in broken)
    return "; ".join((decision.reason, *under))


def _why(error: CarecoordError) -> str:
    """The reason for the audit, without anything that a value could show through."""
    match error:
        case NotAllowed(refusals=refusals):
            return "; ".join(refused.rule for refused in refusals)
        case Conflict(kind=kind, id=id, reason=reason):
            return f"{kind} {id}: {reason}"
        case _:
            return str(error)
