"""LangChain: an agent with tools, an agent that answers with an object, embeddings."""

from checks import ASKED, DOG, EMBEDDER, KEY, MODEL, URL, contains, run
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel

model = ChatOpenAI(base_url=URL, api_key=KEY, model=MODEL, max_retries=0)


class Person(BaseModel):
    """A person."""

    name: str
    age: int


@tool
def weather(city: str) -> str:
    """The weather of a city."""
    return "It is sunny."


def chat():
    contains(model.invoke(DOG).content, "Biscuit")


def stream():
    contains("".join(part.content for part in model.stream("Say hello.")), "hello")


def history():
    first = HumanMessage("The answer is 42.")
    own = model.invoke([first])
    contains(model.invoke([first, own, HumanMessage("And now?")]).content, "And now?")


def memory():
    contains(model.invoke(ASKED).content, "Biscuit")


def tools():
    agent = create_agent(model, tools=[weather])
    ended = agent.invoke({"messages": [HumanMessage("What is the weather?")]})
    contains(ended["messages"][-1].content, "sunny")


def structured():
    for method in ("json_schema", "function_calling"):
        made = model.with_structured_output(Person, method=method).invoke("Describe a person.")
        assert isinstance(made, Person)
    agent = create_agent(model, tools=[weather], response_format=Person)
    ended = agent.invoke({"messages": [HumanMessage("Describe a person.")]})
    assert isinstance(ended["structured_response"], Person)


def embeddings():
    embedder = OpenAIEmbeddings(
        base_url=URL, api_key=KEY, model=EMBEDDER, check_embedding_ctx_length=False
    )
    assert len(embedder.embed_query("one")) > 100


run(chat, stream, history, memory, tools, structured, embeddings)
