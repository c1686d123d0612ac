"""What memory refuses, and why.

MemoryFault
├── NotFound              absent, or another user's: the two read the same
├── Conflict
│   ├── ConversationBusy  a reply in this conversation is still pending
│   ├── ReplyPending      the same idempotency key is being answered now
│   ├── IdempotencyKeyReused  the same idempotency key came with another request
│   ├── NotReplayable     another head reads now, or the reading tells too little
│   └── ForgottenMeanwhile  the user forgot everything while an import ran
├── DatabaseBusy          others write, for longer than one may wait
├── ReplyLost             the pending reply was swept, deleted or taken over meanwhile
└── SchemaUnknown         the database was migrated by a newer version of this software
"""


class MemoryFault(Exception):
    """The root of what memory raises on purpose."""


class NotFound(MemoryFault):
    def __init__(self, what: str) -> None:
        super().__init__(f"no such {what}")


class Conflict(MemoryFault):
    pass


class ConversationBusy(Conflict):
    def __init__(self) -> None:
        super().__init__("another reply in this conversation is still being written")


class ReplyPending(Conflict):
    def __init__(self) -> None:
        super().__init__("the request with this idempotency key is still being answered")


class IdempotencyKeyReused(Conflict):
    def __init__(self) -> None:
        super().__init__("this idempotency key was used for a different request")


class NotReplayable(Conflict):
    pass


class ForgottenMeanwhile(Conflict):
    def __init__(self) -> None:
        super().__init__("everything was forgotten while the import ran; the rest is not stored")


class DatabaseBusy(MemoryFault):
    def __init__(self) -> None:
        super().__init__("the database is busy; try again in a moment")


class ReplyLost(MemoryFault):
    def __init__(self) -> None:
        super().__init__("the reply was deleted or given up while it was being written")


class SchemaUnknown(MemoryFault):
    def __init__(self, revision: str) -> None:
        super().__init__(
            f"the database has schema {revision}, which this version does not know: "
            "it was last used by a newer Tapehead"
        )
