"""ollama for Python."""

from checks import ADDRESS, ASKED, DOG, KEY, MODEL, contains, run
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


run(models, chat, stream, history, memory)
