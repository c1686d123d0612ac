"""Loggers of libraries that would tell what people said, and how far they may go.

At DEBUG SQLAlchemy writes down every row that it reads, and sse-starlette every piece of an answer.
Whoever looks for a fault turns DEBUG on for everything: these tell of faults only, at any level.
"""

import logging

TALKATIVE = ("sqlalchemy.engine", "sse_starlette", "pypdf", "httpx", "httpcore")


def keep_discreet() -> None:
    """Before any of them is asked whether it logs: SQLAlchemy remembers the answer.

    Not INFO either: it would be told also where the log is at WARNING, each statement a line.
    """
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
