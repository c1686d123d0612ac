"""Loggers of libraries that would tell what people said, and how far they may go.

At DEBUG SQLAlchemy writes down every row that it reads, and sse-starlette every piece of an answer.
Whoever looks for a fault turns DEBUG on for everything: these stay at INFO.
"""

import logging

TALKATIVE = ("sqlalchemy.engine", "sse_starlette", "pypdf", "httpx", "httpcore")


def keep_discreet() -> None:
    """Before any of them is asked whether it logs: SQLAlchemy remembers the answer."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.INFO)
