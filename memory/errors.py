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
├── ReplyLost             the pending reply was swept or taken over meanwhile
│   └── ReplyErased       it was deleted, or another message of its conversation replaced it
└── SchemaUnknown         the database was migrated by a newer version of this software
"""


class MemoryFault(Exception):
    """The root of what memory raises on purpose."""


class NotFound(MemoryFault):
    def __init__(self, what: str) -> None:
        super().__init__(f"No such {what}.")


class Conflict(MemoryFault):
    pass


class ConversationBusy(Conflict):
    def __init__(self) -> None:
        super().__init__("Another reply in this conversation is in progress. Wait until it ends.")


class ReplyPending(Conflict):
    def __init__(self) -> None:
        super().__init__("The reply with this idempotency key is in progress. Try again later.")


class IdempotencyKeyReused(Conflict):
    def __init__(self) -> None:
        super().__init__("This idempotency key was used for a different request. Use a new key.")


class NotReplayable(Conflict):
    pass


class ForgottenMeanwhile(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "The memory was erased during the import. The rest of the file is not stored."
        )


class DatabaseBusy(MemoryFault):
    def __init__(self) -> None:
        super().__init__("The database is busy. Try again in a few seconds.")


class ReplyLost(MemoryFault):
    def __init__(self) -> None:
        super().__init__("The reply was deleted or marked failed while it was generated.")


class ReplyErased(ReplyLost):
    pass


class SchemaUnknown(MemoryFault):
    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database has schema {revision}, which this version does not know. Update "
            "Tapehead. If the database is from before the first release, delete it."
        )
