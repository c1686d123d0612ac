"""Names in ``Reading.parameters`` beside those of the head: what else a read went by."""

# The parameter of a reading that tells of its second read: the position of an anchor, the position
# of what it found, and the weight that went from one to the other; then the next.
SECOND_READ = "second_read"
# The parameter of a reading for a message that asks for many memories.
WIDE = "wide"
# The positions of the turns that the message refers back to; none if only the client has them.
CONTEXT = "context"
# What a message's expression of time means: seconds since 1970, and those that the zone is ahead.
INTERVAL = "interval"
UTC_OFFSET = "utc_offset"
# The beginning of the name of a rule (``tape.rule_reads``), whose value is the rule's gate.
BY_RULE = "rule_"
