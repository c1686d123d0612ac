"""Runs in LiteLLM's environment: ``python litellm_sdk.py SERVICE MODEL``. Prints the answers."""

import asyncio
import json
import sys
from typing import Any

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from tapehead_client.litellm_callback import TapeheadMemory

SERVICE, MODEL = sys.argv[1:]


async def ask(*texts: str, **more: Any) -> str:
    roles = ("user", "assistant")
    messages = [{"role": roles[place % 2], "content": text} for place, text in enumerate(texts)]
    given: dict[str, Any] = {"api_base": MODEL, "api_key": "x", "user": "ann"} | more
    answer = await litellm.acompletion(model="openai/m", messages=messages, **given)
    text = ""
    if given.get("stream"):
        async for chunk in answer:
            text += chunk.choices[0].delta.content or ""
    else:
        text = answer.choices[0].message.content
    # It logs in the background, by time.
    await GLOBAL_LOGGING_WORKER.flush()
    await asyncio.sleep(0.5)
    await GLOBAL_LOGGING_WORKER.flush()
    return text


async def main() -> None:
    litellm.callbacks = [TapeheadMemory(SERVICE)]
    answers = [await ask("My dog is called Biscuit.")]
    answers.append(await ask("What is my dog called?", stream=True))
    answers.append(await ask("What is my dog called?", user="ben"))
    answers.append(await ask("My cat is Tom.", metadata={"temporary_chat": True}))
    answers.append(await ask("My cat is Tom.", "Noted.", "My bird is Kiwi."))
    litellm.callbacks = [TapeheadMemory("http://127.0.0.1:9", timeout_seconds=1)]
    answers.append(await ask("What is my dog called?"))
    print(json.dumps(answers))


asyncio.run(main())
