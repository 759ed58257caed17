"""Patient care coordination as a pure domain core, with pluggable storage."""
