"""What an import says besides its memories: what was left out, and why."""

from dataclasses import asdict, dataclass, field
from typing import Any

# Reasons and notes that are told. Others are only counted.
MOST_REASONS = 20


@dataclass(slots=True)
class ImportReport:
    """skipped:  conversations, activities and memories that were left out
    reasons:  the first of them, with the reason for each
    notes:    what else the user should know
    whole:    whether the file was read to its end
    """

    skipped: int = 0
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    whole: bool = True

    def skip(self, what: str, reason: str) -> None:
        self.skipped += 1
        if len(self.reasons) < MOST_REASONS:
            self.reasons.append(f"{what}: {reason}")

    def cut(self, what: str, reason: str) -> None:
        """The rest of a file is missing."""
        self.whole = False
        if len(self.reasons) < MOST_REASONS:
            self.reasons.append(f"{what}: {reason}")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
