"""LlamaIndex: chats, a function-calling agent, objects and embeddings."""

from checks import ASKED, DOG, EMBEDDER, KEY, MODEL, URL, contains, run
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage
from llama_index.embeddings.openai_like import OpenAILikeEmbedding
from llama_index.llms.openai_like import OpenAILike
from pydantic import BaseModel

llm = OpenAILike(
    model=MODEL,
    api_base=URL,
    api_key=KEY,
    is_chat_model=True,
    is_function_calling_model=True,
    context_window=4096,
    max_retries=0,
)


class Person(BaseModel):
    """A person."""

    name: str
    age: int


def user(text):
    return ChatMessage(role="user", content=text)


def chat():
    contains(llm.chat([user(DOG)]).message.content, "Biscuit")


def stream():
    contains("".join(part.delta or "" for part in llm.stream_chat([user("Say hello.")])), "hello")


def history():
    first = user("The answer is 42.")
    own = llm.chat([first]).message
    contains(llm.chat([first, own, user("And now?")]).message.content, "And now?")


def memory():
    contains(llm.chat([user(ASKED)]).message.content, "Biscuit")


async def tools():
    def weather(city: str) -> str:
        """The weather of a city."""
        return "It is sunny."

    agent = FunctionAgent(tools=[weather], llm=llm)
    contains(str(await agent.run("What is the weather?")), "sunny")


def structured():
    made = llm.as_structured_llm(Person).chat([user("Describe a person.")])
    assert isinstance(made.raw, Person)


def embeddings():
    embedder = OpenAILikeEmbedding(model_name=EMBEDDER, api_base=URL, api_key=KEY)
    assert len(embedder.get_text_embedding("one")) > 100


run(chat, stream, history, memory, tools, structured, embeddings)
