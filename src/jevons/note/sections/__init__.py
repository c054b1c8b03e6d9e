"""The sections of the note, each a pure function of an edition."""

HORIZON = 2028  # the year that the published claims and the six questions look at
