"""The first tables.

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger()
BYTES = sa.LargeBinary()


def _index(name: str, table: str, column: str) -> None:
    """The order of the contract, nothing first, which is SQLite's own."""
    nulls_first = op.get_bind().dialect.name == "postgresql"
    op.create_index(name, table, [sa.text(f'"{column}" NULLS FIRST') if nulls_first else column])


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "_audit_entry",
        sa.Column("stream", WHOLE, nullable=False),
        sa.Column("sequence", WHOLE, nullable=False),
        sa.Column("digest", BYTES, nullable=False),
        sa.Column("entry", BYTES, nullable=False),
        sa.PrimaryKeyConstraint("stream", "sequence", name="_audit_entry$pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "_audit_head",
        sa.Column("stream", WHOLE, nullable=False, autoincrement=False),
        sa.Column("sequence", WHOLE, nullable=False),
        sa.Column("digest", BYTES, nullable=False),
        sa.PrimaryKeyConstraint("stream", name="_audit_head$pk"),
    )
    op.create_table(
        "_claim",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("claim", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "claim", name="_claim$pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("_claim$owner", "_claim", ["kind", "owner"])
    op.create_table(
        "credential",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("holder", TEXT),
        sa.Column("kind", TEXT),
        sa.Column("status", TEXT),
        sa.Column("expires_on", TEXT),
        sa.PrimaryKeyConstraint("id", name="credential$pk"),
    )
    _index("credential$expires_on", "credential", "expires_on")
    _index("credential$holder", "credential", "holder")
    _index("credential$kind", "credential", "kind")
    _index("credential$status", "credential", "status")
    op.create_table(
        "disposal",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("record", TEXT),
        sa.Column("status", TEXT),
        sa.Column("begun_at", TEXT),
        sa.PrimaryKeyConstraint("id", name="disposal$pk"),
    )
    _index("disposal$begun_at", "disposal", "begun_at")
    _index("disposal$record", "disposal", "record")
    _index("disposal$status", "disposal", "status")
    op.create_table(
        "event",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", TEXT),
        sa.Column("about", TEXT),
        sa.Column("recorded_at", TEXT),
        sa.Column("aggregate_version", WHOLE),
        sa.Column("position", WHOLE),
        sa.PrimaryKeyConstraint("id", name="event$pk"),
    )
    _index("event$about", "event", "about")
    _index("event$aggregate_version", "event", "aggregate_version")
    _index("event$position", "event", "position")
    _index("event$recorded_at", "event", "recorded_at")
    _index("event$state", "event", "state")
    op.create_table(
        "incident",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("discovered_on", TEXT),
        sa.Column("status", TEXT),
        sa.PrimaryKeyConstraint("id", name="incident$pk"),
    )
    _index("incident$discovered_on", "incident", "discovered_on")
    _index("incident$status", "incident", "status")
    op.create_table(
        "obligation",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", TEXT),
        sa.Column("checked", TEXT),
        sa.Column("next_due", TEXT),
        sa.PrimaryKeyConstraint("id", name="obligation$pk"),
    )
    _index("obligation$checked", "obligation", "checked")
    _index("obligation$next_due", "obligation", "next_due")
    _index("obligation$status", "obligation", "status")
    op.create_table(
        "once",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("expires_at", TEXT),
        sa.PrimaryKeyConstraint("id", name="once$pk"),
    )
    _index("once$expires_at", "once", "expires_at")
    op.create_table(
        "organization",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("name", TEXT),
        sa.Column("type", TEXT),
        sa.Column("active", WHOLE),
        sa.PrimaryKeyConstraint("id", name="organization$pk"),
    )
    _index("organization$active", "organization", "active")
    _index("organization$name", "organization", "name")
    _index("organization$type", "organization", "type")
    op.create_table(
        "patient",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("family", TEXT),
        sa.Column("given", TEXT),
        sa.Column("birth_date", TEXT),
        sa.Column("active", WHOLE),
        sa.PrimaryKeyConstraint("id", name="patient$pk"),
    )
    _index("patient$active", "patient", "active")
    _index("patient$birth_date", "patient", "birth_date")
    _index("patient$family", "patient", "family")
    _index("patient$given", "patient", "given")
    _index("patient$patient", "patient", "patient")
    op.create_table(
        "plan",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("name", TEXT),
        sa.Column("payer_name", TEXT),
        sa.Column("plan_name", TEXT),
        sa.Column("program", TEXT),
        sa.Column("first_day", TEXT),
        sa.Column("last_day", TEXT),
        sa.PrimaryKeyConstraint("id", name="plan$pk"),
    )
    _index("plan$first_day", "plan", "first_day")
    _index("plan$last_day", "plan", "last_day")
    _index("plan$name", "plan", "name")
    _index("plan$payer_name", "plan", "payer_name")
    _index("plan$plan_name", "plan", "plan_name")
    _index("plan$program", "plan", "program")
    op.create_table(
        "price",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("fee_schedule", TEXT),
        sa.Column("payer_name", TEXT),
        sa.Column("plan_name", TEXT),
        sa.PrimaryKeyConstraint("id", name="price$pk"),
    )
    _index("price$fee_schedule", "price", "fee_schedule")
    _index("price$payer_name", "price", "payer_name")
    _index("price$plan_name", "price", "plan_name")
    op.create_table(
        "retention_schedule",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="retention_schedule$pk"),
    )
    op.create_table(
        "setting",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="setting$pk"),
    )
    op.create_table(
        "visit_type",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("name", TEXT),
        sa.Column("active", WHOLE),
        sa.PrimaryKeyConstraint("id", name="visit_type$pk"),
    )
    _index("visit_type$active", "visit_type", "active")
    _index("visit_type$name", "visit_type", "name")
    op.create_table(
        "workforce_member",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("joined_on", TEXT),
        sa.Column("left_on", TEXT),
        sa.PrimaryKeyConstraint("id", name="workforce_member$pk"),
    )
    _index("workforce_member$joined_on", "workforce_member", "joined_on")
    _index("workforce_member$left_on", "workforce_member", "left_on")
    op.create_table(
        "workforce_requirement",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kind", TEXT),
        sa.Column("status", TEXT),
        sa.Column("since", TEXT),
        sa.PrimaryKeyConstraint("id", name="workforce_requirement$pk"),
    )
    _index("workforce_requirement$kind", "workforce_requirement", "kind")
    _index("workforce_requirement$since", "workforce_requirement", "since")
    _index("workforce_requirement$status", "workforce_requirement", "status")
    op.create_table(
        "access_fact",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("actor", TEXT),
        sa.Column("since", TEXT),
        sa.Column("until", TEXT),
        sa.Column("review", TEXT),
        sa.PrimaryKeyConstraint("id", name="access_fact$pk"),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="access_fact$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("access_fact$actor", "access_fact", "actor")
    _index("access_fact$patient", "access_fact", "patient")
    _index("access_fact$review", "access_fact", "review")
    _index("access_fact$since", "access_fact", "since")
    _index("access_fact$until", "access_fact", "until")
    op.create_table(
        "account",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("status", TEXT),
        sa.Column("owner", TEXT),
        sa.Column("opened_at", TEXT),
        sa.PrimaryKeyConstraint("id", name="account$pk"),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="account$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["organization.id"],
            name="account$owner$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("account$opened_at", "account", "opened_at")
    _index("account$owner", "account", "owner")
    _index("account$patient", "account", "patient")
    _index("account$status", "account", "status")
    op.create_table(
        "accumulation",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("coverage", TEXT),
        sa.Column("plan", TEXT),
        sa.Column("service_day", TEXT),
        sa.PrimaryKeyConstraint("id", name="accumulation$pk"),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="accumulation$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("accumulation$coverage", "accumulation", "coverage")
    _index("accumulation$patient", "accumulation", "patient")
    _index("accumulation$plan", "accumulation", "plan")
    _index("accumulation$service_day", "accumulation", "service_day")
    op.create_table(
        "authorization",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("status", TEXT),
        sa.Column("coverage", TEXT),
        sa.Column("program", TEXT),
        sa.Column("number", TEXT),
        sa.Column("due_at", TEXT),
        sa.Column("valid_until", TEXT),
        sa.Column("replaces", TEXT),
        sa.PrimaryKeyConstraint("id", name="authorization$pk"),
        sa.ForeignKeyConstraint(
            ["replaces"],
            ["authorization.id"],
            name="authorization$replaces$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="authorization$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("authorization$coverage", "authorization", "coverage")
    _index("authorization$due_at", "authorization", "due_at")
    _index("authorization$number", "authorization", "number")
    _index("authorization$patient", "authorization", "patient")
    _index("authorization$program", "authorization", "program")
    _index("authorization$replaces", "authorization", "replaces")
    _index("authorization$status", "authorization", "status")
    _index("authorization$valid_until", "authorization", "valid_until")
    op.create_table(
        "consent",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("kind", TEXT),
        sa.Column("status", TEXT),
        sa.Column("signed_on", TEXT),
        sa.Column("expires_on", TEXT),
        sa.PrimaryKeyConstraint("id", name="consent$pk"),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="consent$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("consent$expires_on", "consent", "expires_on")
    _index("consent$kind", "consent", "kind")
    _index("consent$patient", "consent", "patient")
    _index("consent$signed_on", "consent", "signed_on")
    _index("consent$status", "consent", "status")
    op.create_table(
        "eligibility_response",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("coverage", TEXT),
        sa.Column("as_of", TEXT),
        sa.Column("answered_at", TEXT),
        sa.PrimaryKeyConstraint("id", name="eligibility_response$pk"),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="eligibility_response$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("eligibility_response$answered_at", "eligibility_response", "answered_at")
    _index("eligibility_response$as_of", "eligibility_response", "as_of")
    _index("eligibility_response$coverage", "eligibility_response", "coverage")
    _index("eligibility_response$patient", "eligibility_response", "patient")
    op.create_table(
        "incident$affected",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="incident$affected$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["incident.id"],
            name="incident$affected$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("incident$affected$value", "incident$affected", ["value", "owner"])
    op.create_table(
        "individual_request",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("kind", TEXT),
        sa.Column("status", TEXT),
        sa.Column("received_on", TEXT),
        sa.Column("due", TEXT),
        sa.PrimaryKeyConstraint("id", name="individual_request$pk"),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="individual_request$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("individual_request$due", "individual_request", "due")
    _index("individual_request$kind", "individual_request", "kind")
    _index("individual_request$patient", "individual_request", "patient")
    _index("individual_request$received_on", "individual_request", "received_on")
    _index("individual_request$status", "individual_request", "status")
    op.create_table(
        "location",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("name", TEXT),
        sa.Column("organization", TEXT),
        sa.Column("active", WHOLE),
        sa.PrimaryKeyConstraint("id", name="location$pk"),
        sa.ForeignKeyConstraint(
            ["organization"],
            ["organization.id"],
            name="location$organization$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("location$active", "location", "active")
    _index("location$name", "location", "name")
    _index("location$organization", "location", "organization")
    op.create_table(
        "notice_receipt",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("edition", TEXT),
        sa.Column("status", TEXT),
        sa.Column("given_on", TEXT),
        sa.PrimaryKeyConstraint("id", name="notice_receipt$pk"),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="notice_receipt$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("notice_receipt$edition", "notice_receipt", "edition")
    _index("notice_receipt$given_on", "notice_receipt", "given_on")
    _index("notice_receipt$patient", "notice_receipt", "patient")
    _index("notice_receipt$status", "notice_receipt", "status")
    op.create_table(
        "organization$identifier",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="organization$identifier$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["organization.id"],
            name="organization$identifier$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("organization$identifier$value", "organization$identifier", ["value", "owner"])
    op.create_table(
        "patient$identifier",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="patient$identifier$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["patient.id"],
            name="patient$identifier$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("patient$identifier$value", "patient$identifier", ["value", "owner"])
    op.create_table(
        "patient$member_id",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="patient$member_id$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["patient.id"],
            name="patient$member_id$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("patient$member_id$value", "patient$member_id", ["value", "owner"])
    op.create_table(
        "patient$sensitivity",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="patient$sensitivity$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["patient.id"],
            name="patient$sensitivity$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("patient$sensitivity$value", "patient$sensitivity", ["value", "owner"])
    op.create_table(
        "practitioner",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("family", TEXT),
        sa.Column("organization", TEXT),
        sa.Column("active", WHOLE),
        sa.PrimaryKeyConstraint("id", name="practitioner$pk"),
        sa.ForeignKeyConstraint(
            ["organization"],
            ["organization.id"],
            name="practitioner$organization$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("practitioner$active", "practitioner", "active")
    _index("practitioner$family", "practitioner", "family")
    _index("practitioner$organization", "practitioner", "organization")
    op.create_table(
        "price$code",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="price$code$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["price.id"],
            name="price$code$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("price$code$value", "price$code", ["value", "owner"])
    op.create_table(
        "reminder_preference",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.PrimaryKeyConstraint("id", name="reminder_preference$pk"),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="reminder_preference$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("reminder_preference$patient", "reminder_preference", "patient")
    op.create_table(
        "series",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("visit_type", TEXT),
        sa.Column("first", TEXT),
        sa.PrimaryKeyConstraint("id", name="series$pk"),
        sa.ForeignKeyConstraint(
            ["visit_type"],
            ["visit_type.id"],
            name="series$visit_type$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="series$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("series$first", "series", "first")
    _index("series$patient", "series", "patient")
    _index("series$visit_type", "series", "visit_type")
    op.create_table(
        "visit_type$service",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="visit_type$service$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["visit_type.id"],
            name="visit_type$service$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("visit_type$service$value", "visit_type$service", ["value", "owner"])
    op.create_table(
        "waitlist_entry",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("visit_type", TEXT),
        sa.Column("status", TEXT),
        sa.Column("priority", WHOLE),
        sa.Column("since", TEXT),
        sa.PrimaryKeyConstraint("id", name="waitlist_entry$pk"),
        sa.ForeignKeyConstraint(
            ["visit_type"],
            ["visit_type.id"],
            name="waitlist_entry$visit_type$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="waitlist_entry$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("waitlist_entry$patient", "waitlist_entry", "patient")
    _index("waitlist_entry$priority", "waitlist_entry", "priority")
    _index("waitlist_entry$since", "waitlist_entry", "since")
    _index("waitlist_entry$status", "waitlist_entry", "status")
    _index("waitlist_entry$visit_type", "waitlist_entry", "visit_type")
    op.create_table(
        "workforce_member$role",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="workforce_member$role$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["workforce_member.id"],
            name="workforce_member$role$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("workforce_member$role$value", "workforce_member$role", ["value", "owner"])
    op.create_table(
        "account$coverage",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="account$coverage$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name="account$coverage$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("account$coverage$value", "account$coverage", ["value", "owner"])
    op.create_table(
        "authorization$sensitivity",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="authorization$sensitivity$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["authorization.id"],
            name="authorization$sensitivity$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "authorization$sensitivity$value", "authorization$sensitivity", ["value", "owner"]
    )
    op.create_table(
        "authorization$service",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="authorization$service$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["authorization.id"],
            name="authorization$service$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("authorization$service$value", "authorization$service", ["value", "owner"])
    op.create_table(
        "authorization$visit",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="authorization$visit$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["authorization.id"],
            name="authorization$visit$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("authorization$visit$value", "authorization$visit", ["value", "owner"])
    op.create_table(
        "booking",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("start", TEXT),
        sa.Column("ends", TEXT),
        sa.Column("taken_from", TEXT),
        sa.Column("taken_until", TEXT),
        sa.Column("ordinary_lane", TEXT),
        sa.Column("location", TEXT),
        sa.Column("visit_type", TEXT),
        sa.Column("status", TEXT),
        sa.Column("occupying", WHOLE),
        sa.Column("expires_at", TEXT),
        sa.Column("session", TEXT),
        sa.Column("series", TEXT),
        sa.PrimaryKeyConstraint("id", name="booking$pk"),
        sa.ForeignKeyConstraint(
            ["visit_type"],
            ["visit_type.id"],
            name="booking$visit_type$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["session"],
            ["booking.id"],
            name="booking$session$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["series"],
            ["series.id"],
            name="booking$series$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="booking$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["location"],
            ["location.id"],
            name="booking$location$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("booking$expires_at", "booking", "expires_at")
    _index("booking$location", "booking", "location")
    _index("booking$patient", "booking", "patient")
    _index("booking$series", "booking", "series")
    _index("booking$session", "booking", "session")
    _index("booking$start", "booking", "start")
    _index("booking$status", "booking", "status")
    _index("booking$taken_from", "booking", "taken_from")
    _index("booking$visit_type", "booking", "visit_type")
    op.create_table(
        "disclosure",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("made_on", TEXT),
        sa.Column("basis", TEXT),
        sa.Column("status", TEXT),
        sa.Column("consent", TEXT),
        sa.PrimaryKeyConstraint("id", name="disclosure$pk"),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="disclosure$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["consent"],
            ["consent.id"],
            name="disclosure$consent$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("disclosure$basis", "disclosure", "basis")
    _index("disclosure$consent", "disclosure", "consent")
    _index("disclosure$made_on", "disclosure", "made_on")
    _index("disclosure$patient", "disclosure", "patient")
    _index("disclosure$status", "disclosure", "status")
    op.create_table(
        "outpatient_appointment",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("status", TEXT),
        sa.Column("organization", TEXT),
        sa.Column("practitioner", TEXT),
        sa.Column("referral", TEXT),
        sa.Column("requested_at", TEXT),
        sa.Column("ends", TEXT),
        sa.PrimaryKeyConstraint("id", name="outpatient_appointment$pk"),
        sa.ForeignKeyConstraint(
            ["practitioner"],
            ["practitioner.id"],
            name="outpatient_appointment$practitioner$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="outpatient_appointment$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["organization"],
            ["organization.id"],
            name="outpatient_appointment$organization$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("outpatient_appointment$ends", "outpatient_appointment", "ends")
    _index("outpatient_appointment$organization", "outpatient_appointment", "organization")
    _index("outpatient_appointment$patient", "outpatient_appointment", "patient")
    _index("outpatient_appointment$practitioner", "outpatient_appointment", "practitioner")
    _index("outpatient_appointment$referral", "outpatient_appointment", "referral")
    _index("outpatient_appointment$requested_at", "outpatient_appointment", "requested_at")
    _index("outpatient_appointment$status", "outpatient_appointment", "status")
    op.create_table(
        "practitioner$identifier",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="practitioner$identifier$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["practitioner.id"],
            name="practitioner$identifier$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("practitioner$identifier$value", "practitioner$identifier", ["value", "owner"])
    op.create_table(
        "practitioner$specialty",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="practitioner$specialty$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["practitioner.id"],
            name="practitioner$specialty$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("practitioner$specialty$value", "practitioner$specialty", ["value", "owner"])
    op.create_table(
        "schedule",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("resource", TEXT),
        sa.Column("kind", TEXT),
        sa.Column("location", TEXT),
        sa.Column("active", WHOLE),
        sa.PrimaryKeyConstraint("id", name="schedule$pk"),
        sa.ForeignKeyConstraint(
            ["location"],
            ["location.id"],
            name="schedule$location$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("schedule$active", "schedule", "active")
    _index("schedule$kind", "schedule", "kind")
    _index("schedule$location", "schedule", "location")
    _index("schedule$resource", "schedule", "resource")
    op.create_table(
        "series$sensitivity",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="series$sensitivity$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["series.id"],
            name="series$sensitivity$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("series$sensitivity$value", "series$sensitivity", ["value", "owner"])
    op.create_table(
        "waitlist_entry$sensitivity",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="waitlist_entry$sensitivity$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["waitlist_entry.id"],
            name="waitlist_entry$sensitivity$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "waitlist_entry$sensitivity$value", "waitlist_entry$sensitivity", ["value", "owner"]
    )
    op.create_table(
        "booking$resource_day",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="booking$resource_day$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["booking.id"],
            name="booking$resource_day$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("booking$resource_day$value", "booking$resource_day", ["value", "owner"])
    op.create_table(
        "booking$sensitivity",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="booking$sensitivity$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["booking.id"],
            name="booking$sensitivity$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("booking$sensitivity$value", "booking$sensitivity", ["value", "owner"])
    op.create_table(
        "cost_request",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("due", TEXT),
        sa.Column("answered_by", TEXT),
        sa.Column("visit", TEXT),
        sa.PrimaryKeyConstraint("id", name="cost_request$pk"),
        sa.ForeignKeyConstraint(
            ["visit"],
            ["booking.id"],
            name="cost_request$visit$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="cost_request$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("cost_request$answered_by", "cost_request", "answered_by")
    _index("cost_request$due", "cost_request", "due")
    _index("cost_request$patient", "cost_request", "patient")
    _index("cost_request$visit", "cost_request", "visit")
    op.create_table(
        "entry",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("account", TEXT),
        sa.Column("kind", TEXT),
        sa.Column("date", TEXT),
        sa.Column("posted_at", TEXT),
        sa.Column("cents", WHOLE),
        sa.Column("visit", TEXT),
        sa.Column("reverses", TEXT),
        sa.PrimaryKeyConstraint("id", name="entry$pk"),
        sa.ForeignKeyConstraint(
            ["visit"], ["booking.id"], name="entry$visit$fk", deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(
            ["reverses"],
            ["entry.id"],
            name="entry$reverses$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="entry$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
            name="entry$account$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("entry$account", "entry", "account")
    _index("entry$cents", "entry", "cents")
    _index("entry$date", "entry", "date")
    _index("entry$kind", "entry", "kind")
    _index("entry$patient", "entry", "patient")
    _index("entry$posted_at", "entry", "posted_at")
    _index("entry$reverses", "entry", "reverses")
    _index("entry$visit", "entry", "visit")
    op.create_table(
        "estimate",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("visit", TEXT),
        sa.Column("given_at", TEXT),
        sa.Column("service_date", TEXT),
        sa.Column("replaces", TEXT),
        sa.PrimaryKeyConstraint("id", name="estimate$pk"),
        sa.ForeignKeyConstraint(
            ["visit"],
            ["booking.id"],
            name="estimate$visit$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="estimate$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("estimate$given_at", "estimate", "given_at")
    _index("estimate$patient", "estimate", "patient")
    _index("estimate$replaces", "estimate", "replaces")
    _index("estimate$service_date", "estimate", "service_date")
    _index("estimate$visit", "estimate", "visit")
    op.create_table(
        "outpatient_appointment$sensitivity",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="outpatient_appointment$sensitivity$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["outpatient_appointment.id"],
            name="outpatient_appointment$sensitivity$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "outpatient_appointment$sensitivity$value",
        "outpatient_appointment$sensitivity",
        ["value", "owner"],
    )
    op.create_table(
        "referral",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("status", TEXT),
        sa.Column("status_since", TEXT),
        sa.Column("urgency", TEXT),
        sa.Column("category", TEXT),
        sa.Column("ordered_at", TEXT),
        sa.Column("requester", TEXT),
        sa.Column("practitioner", TEXT),
        sa.Column("organization", TEXT),
        sa.Column("authorization", TEXT),
        sa.Column("booking", TEXT),
        sa.PrimaryKeyConstraint("id", name="referral$pk"),
        sa.ForeignKeyConstraint(
            ["requester"],
            ["practitioner.id"],
            name="referral$requester$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["practitioner"],
            ["practitioner.id"],
            name="referral$practitioner$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="referral$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["organization"],
            ["organization.id"],
            name="referral$organization$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["booking"],
            ["booking.id"],
            name="referral$booking$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["authorization"],
            ["authorization.id"],
            name="referral$authorization$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("referral$authorization", "referral", "authorization")
    _index("referral$booking", "referral", "booking")
    _index("referral$category", "referral", "category")
    _index("referral$ordered_at", "referral", "ordered_at")
    _index("referral$organization", "referral", "organization")
    _index("referral$patient", "referral", "patient")
    _index("referral$practitioner", "referral", "practitioner")
    _index("referral$requester", "referral", "requester")
    _index("referral$status", "referral", "status")
    _index("referral$status_since", "referral", "status_since")
    _index("referral$urgency", "referral", "urgency")
    op.create_table(
        "reminder",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("patient", TEXT),
        sa.Column("visit", TEXT),
        sa.Column("start", TEXT),
        sa.Column("status", TEXT),
        sa.Column("next_at", TEXT),
        sa.Column("reached", TEXT),
        sa.PrimaryKeyConstraint("id", name="reminder$pk"),
        sa.ForeignKeyConstraint(
            ["visit"],
            ["booking.id"],
            name="reminder$visit$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["patient"],
            ["patient.id"],
            name="reminder$patient$fk",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("reminder$next_at", "reminder", "next_at")
    _index("reminder$patient", "reminder", "patient")
    _index("reminder$reached", "reminder", "reached")
    _index("reminder$start", "reminder", "start")
    _index("reminder$status", "reminder", "status")
    _index("reminder$visit", "reminder", "visit")
    op.create_table(
        "schedule$role",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="schedule$role$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["schedule.id"],
            name="schedule$role$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("schedule$role$value", "schedule$role", ["value", "owner"])
    op.create_table(
        "cost_request$sensitivity",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="cost_request$sensitivity$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["cost_request.id"],
            name="cost_request$sensitivity$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "cost_request$sensitivity$value", "cost_request$sensitivity", ["value", "owner"]
    )
    op.create_table(
        "entry$item",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="entry$item$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["entry.id"],
            name="entry$item$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("entry$item$value", "entry$item", ["value", "owner"])
    op.create_table(
        "estimate$plan",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="estimate$plan$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["estimate.id"],
            name="estimate$plan$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("estimate$plan$value", "estimate$plan", ["value", "owner"])
    op.create_table(
        "estimate$sensitivity",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="estimate$sensitivity$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["estimate.id"],
            name="estimate$sensitivity$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("estimate$sensitivity$value", "estimate$sensitivity", ["value", "owner"])
    op.create_table(
        "referral$sensitivity",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name="referral$sensitivity$pk"),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["referral.id"],
            name="referral$sensitivity$owner$fk",
            deferrable=True,
            initially="DEFERRED",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("referral$sensitivity$value", "referral$sensitivity", ["value", "owner"])
