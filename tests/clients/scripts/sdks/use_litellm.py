"""LiteLLM's SDK and its proxy in front of the service."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import litellm
import openai
from checks import ASKED, DOG, EMBEDDER, KEY, MODEL, PERSON, URL, WEATHER, contains, run

WAY = {"api_base": URL, "api_key": KEY, "num_retries": 0}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": WEATHER}}
START_SECONDS = 240


def user(text):
    return {"role": "user", "content": text}


def ask(*messages, **more):
    return litellm.completion(f"openai/{MODEL}", messages=list(messages), **WAY, **more)


def chat():
    contains(ask(user(DOG)).choices[0].message.content, "Biscuit")


def stream():
    parts = ask(user("Say hello."), stream=True)
    contains("".join(part.choices[0].delta.content or "" for part in parts), "hello")


def history():
    first = user("The answer is 42.")
    own = ask(first).choices[0].message
    contains(ask(first, own, user("And now?")).choices[0].message.content, "And now?")


def memory():
    contains(ask(user(ASKED)).choices[0].message.content, "Biscuit")


def tools():
    question = user("What is the weather?")
    message = ask(question, tools=[TOOL], tool_choice="required").choices[0].message
    [call] = message.tool_calls
    result = {"role": "tool", "tool_call_id": call.id, "content": "It is sunny."}
    contains(ask(question, message, result, tools=[TOOL]).choices[0].message.content, "sunny")


def structured():
    form = {"type": "json_schema", "json_schema": {"name": "p", "schema": PERSON, "strict": True}}
    answer = ask(user("Describe a person."), response_format=form)
    contains(answer.choices[0].message.content, '"age"')


def embeddings():
    made = litellm.embedding(f"openai/{EMBEDDER}", input=["one"], encoding_format="float", **WAY)
    assert len(made.data[0]["embedding"]) > 100


def proxy():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.yaml")
        config.write_text(
            f"model_list:\n  - model_name: memory\n    litellm_params:\n"
            f"      model: openai/{MODEL}\n      api_base: {URL}\n      api_key: {KEY}\n"
        )
        command = [Path(sys.executable).with_name("litellm"), "--config", config]
        command += ["--host", "127.0.0.1", "--port", str(port)]
        master_key = f"sk-{secrets.token_hex(32)}"
        environment = {
            **os.environ,
            "LITELLM_MASTER_KEY": master_key,
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        }
        log = Path(folder, "log")
        with log.open("w") as output:
            running = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(f"{address}/health/liveliness", running, log)
            client = openai.OpenAI(base_url=address, api_key=master_key, max_retries=0)
            _through(client)
        finally:
            running.terminate()
            running.wait(30)


def _through(client):
    hello = [user("Say hello.")]
    made = client.chat.completions.create(model="memory", messages=hello)
    contains(made.choices[0].message.content, "hello")
    parts = client.chat.completions.create(model="memory", messages=hello, stream=True)
    texts = [choice.delta.content or "" for part in parts for choice in part.choices]
    contains("".join(texts), "hello")


def _wait(address, running, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert running.poll() is None, log.read_text()[-2000:]
        try:
            if httpx.get(address, timeout=5, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise TimeoutError(log.read_text()[-2000:])


run(chat, stream, history, memory, tools, structured, embeddings, proxy)
