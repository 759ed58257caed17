"""FHIR R4, X12, iCalendar, price files and HSDS for carecoord."""
