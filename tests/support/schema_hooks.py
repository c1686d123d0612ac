"""What Schemathesis is not to try: an empty value in an address is as if it were absent."""

from typing import Any

import schemathesis


@schemathesis.hook
def filter_query(_context: Any, query: dict[str, Any] | None) -> bool:
    return "" not in (query or {}).values()
