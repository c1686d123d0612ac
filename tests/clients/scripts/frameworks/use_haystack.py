"""Haystack: the chat generator with tools and a schema, an agent, and the embedder."""

from checks import ASKED, DOG, EMBEDDER, KEY, MODEL, PERSON, URL, contains, run
from haystack.components.agents import Agent
from haystack.components.embedders import OpenAITextEmbedder
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.tools import tool
from haystack.utils import Secret

WAY = {"api_key": Secret.from_token(KEY), "api_base_url": URL, "max_retries": 0}


@tool
def weather(city: str) -> str:
    """The weather of a city."""
    return "It is sunny."


def generator(**more):
    return OpenAIChatGenerator(model=MODEL, **WAY, **more)


def ask(*messages, **more):
    return generator(**more).run(list(messages))["replies"][0]


def user(text):
    return ChatMessage.from_user(text)


def chat():
    contains(ask(user(DOG)).text, "Biscuit")


def stream():
    texts = []
    ask(user("Say hello."), streaming_callback=lambda part: texts.append(part.content))
    contains("".join(texts), "hello")


def history():
    first = user("The answer is 42.")
    contains(ask(first, ask(first), user("And now?")).text, "And now?")


def memory():
    contains(ask(user(ASKED)).text, "Biscuit")


def tools():
    ended = Agent(chat_generator=generator(), tools=[weather]).run([user("The weather?")])
    contains(ended["messages"][-1].text, "sunny")


def structured():
    form = {"type": "json_schema", "json_schema": {"name": "p", "schema": PERSON, "strict": True}}
    made = ask(user("Describe a person."), generation_kwargs={"response_format": form})
    contains(made.text, '"age"')


def embeddings():
    made = OpenAITextEmbedder(model=EMBEDDER, **WAY).run("one")
    assert len(made["embedding"]) > 100


run(chat, stream, history, memory, tools, structured, embeddings)
