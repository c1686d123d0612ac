"""The running service against its own OpenAPI document, by Schemathesis.

A few examples of each route by default; ``make fuzz`` goes through all phases (the edges of every
parameter, and calls that build on each other), with the number of examples that
TAPEHEAD_FUZZ_EXAMPLES says. TAPEHEAD_FUZZ_SEED gives a run again.
"""

import asyncio
import os
import re
import secrets
import sys
from pathlib import Path

import pytest
from support.service import Service

TESTS = Path(__file__).parents[2]
FUZZING = "TAPEHEAD_FUZZ_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("TAPEHEAD_FUZZ_EXAMPLES", "3"))
# Headers that contradict each other, or a name that no signature covers, are in the schema valid.
# And whoever guesses keys gets a 429 soon, which the check for them does not expect: the matrix of
# tests/app/test_auth.py tries them on every route.
EXCEPT = "positive_data_acceptance,ignored_auth"


@pytest.mark.parametrize("kind", ["user", "admin"])
async def test_the_service_does_what_its_document_says(
    service: Service, kind: str, tmp_path: Path
) -> None:
    """No 5xx, every answer as documented, and what is wrong is refused."""
    seed = os.environ.get("TAPEHEAD_FUZZ_SEED") or str(secrets.randbelow(2**31))
    keys = service.app.state.services.api_keys
    named = {"user_id": "fuzz"} if kind == "user" else {}
    _, secret = keys.create(kind, "fuzz", **named)
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{service.url}/openapi.json"),
        *("--checks", "all", "--exclude-checks", EXCEPT, "--seed", seed),
        *(() if FUZZING else ("--phases", "examples,fuzzing")),
        *("--max-examples", str(EXAMPLES), "--continue-on-failure", "--no-color"),
        *("--generation-database", "none", "--header", f"Authorization: Bearer {secret}"),
        *(("--include-path-regex", "^/v1/keys") if kind == "admin" else ()),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=tmp_path,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "support.schema_hooks", "PYTHONPATH": str(TESTS)},
    )
    out, _ = await run.communicate()
    told = out.decode()
    print(f"{kind}: seed {seed}, {re.findall(r'[0-9,]+ generated', told)}")
    assert run.returncode == 0, f"seed {seed}\n{told[-6000:]}"
    assert re.search(r"[0-9,]+ generated", told)
