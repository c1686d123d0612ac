"""The command ``llm``: a model of its list, a chat that goes on, a schema."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from checks import ASKED, DOG, KEY, MODEL, URL, contains, run

HOME = tempfile.TemporaryDirectory()
LIST = f"""- model_id: memory
  model_name: {MODEL}
  api_base: {URL}
  api_key_name: tapehead
  supports_schema: true
  supports_tools: true
"""
Path(HOME.name, "extra-openai-models.yaml").write_text(LIST)


def llm(*arguments):
    command = [Path(sys.executable).with_name("llm"), *arguments]
    environment = {**os.environ, "LLM_USER_PATH": HOME.name}
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def ask(*arguments):
    return llm("prompt", "-m", "memory", "--key", KEY, *arguments)


def chat():
    contains(ask("--no-stream", DOG), "Biscuit")


def stream():
    contains(ask("Say hello."), "hello")


def history():
    ask("The answer is 42.")
    contains(ask("--continue", "And now?"), "And now?")


def memory():
    contains(ask(ASKED), "Biscuit")


def tools():
    code = 'def weather(city: str) -> str:\n    "The weather."\n    return "It is sunny."'
    contains(ask("--functions", code, "What is the weather?"), "sunny")


def structured():
    contains(ask("--schema", "name, age int", "Describe a person."), '"age"')


run(chat, stream, history, memory, tools, structured)
