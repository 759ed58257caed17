"""What others send and read: FHIR R4, X12 eligibility, iCalendar and price files."""
