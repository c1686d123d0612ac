"""pydantic-ai: agents with tools, with objects, and with what earlier runs were told."""

from checks import ASKED, DOG, KEY, MODEL, URL, contains, run
from pydantic import BaseModel, Field
from pydantic_ai import Agent, NativeOutput, ToolOutput
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

provider = OpenAIProvider(base_url=URL, api_key=KEY)
model = OpenAIChatModel(MODEL, provider=provider)


class Person(BaseModel):
    """Within bounds: a small model that is held to a grammar may write one text without end."""

    name: str = Field(max_length=20)
    age: int = Field(ge=0, le=150)


def chat():
    contains(Agent(model).run_sync(DOG).output, "Biscuit")


async def stream():
    async with Agent(model).run_stream("Say hello.") as result:
        texts = [text async for text in result.stream_text(delta=True)]
    contains("".join(texts), "hello")


def history():
    agent = Agent(model)
    first = agent.run_sync("The answer is 42.")
    second = agent.run_sync("And now?", message_history=first.all_messages())
    contains(second.output, "And now?")


def memory():
    contains(Agent(model).run_sync(ASKED).output, "Biscuit")


def tools():
    agent = Agent(model, output_type=ToolOutput(Person))
    called = []

    @agent.tool_plain
    def weather(city: str) -> str:
        called.append(city)
        return "It is sunny."

    assert isinstance(agent.run_sync("What is the weather?").output, Person)
    assert called


def structured():
    agent = Agent(model, output_type=NativeOutput(Person))
    assert isinstance(agent.run_sync("Describe a person.").output, Person)


def responses():
    agent = Agent(OpenAIResponsesModel(MODEL, provider=provider))
    contains(agent.run_sync("Say hello.").output, "hello")


run(chat, stream, history, memory, tools, structured, responses)
