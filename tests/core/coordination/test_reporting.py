from carecoord.visits import CancellationReason


def test_the_worklist_has_the_visits_of_the_day_and_what_is_overdue(desk, small):
    openings = desk.find_openings(small.type.id, small.tuesday).openings
    visit = desk.book(small.ada.id, small.type.id, openings[0])
    gone = desk.book(small.ben.id, small.type.id, openings[-1])
    desk.cancel(gone.id, CancellationReason.PATIENT)
    desk.block(openings[-1].occupation, "staff meeting")
    work = desk.worklist("main", small.tuesday)
    assert work.visits == (visit,)
    assert work.overdue_authorizations == work.overdue_referrals == ()
