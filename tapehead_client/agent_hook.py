"""``tapehead hook``: the memory of a coding agent that runs commands at its events.

The agent writes an event as JSON to stdin. Before a prompt (``UserPromptSubmit``) the memories are
printed as additional context. After an answer (``Stop``) prompt and answer are stored.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from tapehead_client.client import Client, ClientError

Json = dict[str, Any]
_LONGEST_EVENT = 4_000_000  # characters
_TRANSCRIPT_TAIL = 4_000_000  # bytes that are searched for the last prompt
_MODEL = "coding agent"
# What agents write into a transcript in the user's name.
_NOT_SAID = (
    *("<environment_context>", "<system-reminder>", "<command-", "<local-command-"),
    *("<user_instructions>", "# AGENTS.md instructions", "Caveat: The messages below"),
    "[Request interrupted by user",
)
# Marks of entries that are no part of the chat: notes, those of other agents, and summaries.
_UNSAID = ("isMeta", "isSidechain", "isCompactSummary", "isVisibleInTranscriptOnly")


def run(client: Client, stdin: TextIO, stdout: TextIO) -> None:
    """Handle one event. Without a service, or with an event of another kind, nothing is printed."""
    with suppress(ClientError, ValueError, OSError, RecursionError):
        event = json.loads(stdin.read(_LONGEST_EVENT))
        if not isinstance(event, dict):
            return
        name = event.get("hook_event_name")
        if name == "UserPromptSubmit":
            _recall(client, event, stdout)
        elif name == "Stop":
            _store(client, event)


def _recall(client: Client, event: Json, stdout: TextIO) -> None:
    prompt = event.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        return
    text = client.recall([{"role": "user", "content": prompt}], _session(event)).strip()
    if text:
        told = {"hookEventName": event["hook_event_name"], "additionalContext": text}
        json.dump({"hookSpecificOutput": told}, stdout)
        stdout.write("\n")


def _store(client: Client, event: Json) -> None:
    prompt, answer = _last_exchange(event.get("transcript_path"))
    final = event.get("last_assistant_message")
    if isinstance(final, str):
        answer = final
    if prompt.strip() and answer.strip():
        messages = [
            {"role": "user", "content": prompt},
            {"role": "assistant", "content": answer},
        ]
        session = _session(event)
        # The same prompt may come again later, such as "continue".
        client.store_exchange(messages, session, _MODEL, append=session is not None)


def _session(event: Json) -> str | None:
    session = event.get("session_id")
    return session if isinstance(session, str) and session and "/" not in session else None


def _last_exchange(path: Any) -> tuple[str, str]:
    """The last prompt in a transcript, and the last text of the model after it; else ""."""
    prompt = answer = ""
    if not isinstance(path, str):
        return prompt, answer
    for line in _last_lines(Path(path).expanduser()):
        role, text = _said(line)
        if role == "user":
            prompt, answer = text, ""
        elif role == "assistant":
            answer = text
    return prompt, answer


def _last_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(0, size - _TRANSCRIPT_TAIL))
        yield from file.read(_TRANSCRIPT_TAIL).split(b"\n")


def _said(line: bytes) -> tuple[str, str]:
    """Role and text of a line; no role for what neither the user nor the model said.

    Claude Code has the message in ``message``, Codex in ``payload``.
    """
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):  # the first line may be cut
        return "", ""
    if not isinstance(entry, dict) or any(map(entry.get, _UNSAID)):
        return "", ""
    message = entry.get("message") or entry.get("payload")
    if not isinstance(message, dict) or message.get("role") not in ("user", "assistant"):
        return "", ""
    content = message.get("content")
    parts = [content] if isinstance(content, str) else content
    texts = [
        text
        for part in (parts if isinstance(parts, list) else ())
        if isinstance(text := part.get("text") if isinstance(part, dict) else part, str)
    ]
    text = "\n".join(texts).strip()
    said = text and not text.startswith(_NOT_SAID)
    return (message["role"], text) if said else ("", "")
