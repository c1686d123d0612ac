"""ollama for Python."""

import json

from checks import ADDRESS, ASKED, DOG, KEY, MODEL, PERSON, WEATHER, contains, run
from ollama import Client

client = Client(host=ADDRESS, headers={"Authorization": f"Bearer {KEY}"})


def user(text):
    return {"role": "user", "content": text}


def ask(*messages, **more):
    return client.chat(model=MODEL, messages=messages, **more)


def models():
    assert any(each.model.startswith(MODEL) for each in client.list().models)
    assert client.show(MODEL).capabilities


def chat():
    contains(ask(user(DOG)).message.content, "Biscuit")
    contains(client.generate(model=MODEL, prompt="Say hello.").response, "hello")


def stream():
    parts = list(ask(user("Say hello."), stream=True))
    contains("".join(part.message.content for part in parts), "hello")
    assert parts[-1].done


def history():
    first = user("The answer is 42.")
    contains(ask(first, ask(first).message, user("And now?")).message.content, "And now?")


def memory():
    contains(ask(user(ASKED)).message.content, "Biscuit")


def tools():
    question = user("What is the weather?")
    tool = {"type": "function", "function": {"name": "weather", "parameters": WEATHER}}
    message = ask(question, tools=[tool]).message
    [call] = message.tool_calls
    assert (call.function.name, list(call.function.arguments)) == ("weather", ["city"])
    result = {"role": "tool", "tool_name": "weather", "content": "It is sunny."}
    contains(ask(question, message, result, tools=[tool]).message.content, "It is sunny.")


def structured():
    content = ask(user("Describe a person."), format=PERSON).message.content
    assert set(json.loads(content)) == {"name", "age"}


run(models, chat, stream, history, memory, tools, structured)
