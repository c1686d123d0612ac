"""LangChain and LlamaIndex, the real ones, on the running service."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.runnables.history import RunnableWithMessageHistory
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.memory import Memory
from support.service import Service

from tapehead_client import langchain, llamaindex
from tapehead_client.client import Client, ClientError


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    client = Client(service.url, "ann")
    yield client
    client.close()


# What is deprecated is its runnable; the history that it is given is what is tried here.
@pytest.mark.filterwarnings("ignore:RunnableWithMessageHistory is deprecated")
async def test_langchains_history_is_a_conversation(service: Service, client: Client) -> None:
    """Through LangChain's own runnable, which reads and writes it around a model."""
    shown: list[int] = []

    def answer(messages: list[HumanMessage | AIMessage]) -> AIMessage:
        shown.append(len(messages))
        return AIMessage(f"You said: {messages[-1].text}")

    def use() -> None:
        history = langchain.TapeheadHistory(client, "trip 1")
        assert history.messages == []
        chat = RunnableWithMessageHistory(RunnableLambda(answer), lambda _: history)
        config = {"configurable": {"session_id": "any"}}
        for text in ("My dog is called Biscuit.", "Where is he?"):
            chat.invoke([HumanMessage(text)], config)
        history.add_messages([SystemMessage("Be kind."), ToolMessage("7", tool_call_id="t")])
        assert [(message.type, message.text) for message in history.messages] == [
            ("human", "My dog is called Biscuit."),
            ("ai", "You said: My dog is called Biscuit."),
            ("human", "Where is he?"),
            ("ai", "You said: Where is he?"),
        ]
        assert shown == [1, 3]
        found = langchain.TapeheadRetriever(client=client, top_k=1).invoke("Who is Biscuit?")
        assert "Biscuit" in found[0].page_content
        assert 0 < found[0].metadata["score"] <= 1
        assert found[0].metadata["conversation_id"] == "trip 1"
        history.clear()
        history.clear()
        assert history.messages == []

    await asyncio.to_thread(use)
    assert (await service.client.get("/v1/memories")).json()["results"] == [], "of nobody else"
    assert service.app.state.services.memories.page("ann") == []


async def test_a_long_history_comes_whole(client: Client) -> None:
    def use() -> None:
        history = langchain.TapeheadHistory(client, "long")
        history.add_messages([HumanMessage(f"number {n}") for n in range(620)])
        assert [message.text for message in history.messages] == [f"number {n}" for n in range(620)]

    await asyncio.to_thread(use)


async def test_llamaindexs_memory_remembers_what_left_the_chat(client: Client) -> None:
    """Its short-term memory is too small for the chat, and gives to ours what does not fit."""
    block = llamaindex.TapeheadMemoryBlock(client=client, conversation_id="llama", top_k=3)
    memory = Memory.from_defaults(
        session_id="s",
        token_limit=60,
        chat_history_token_ratio=0.5,
        token_flush_size=10,
        memory_blocks=[block],
        tokenizer_fn=str.split,
    )
    await memory.aput(ChatMessage(role="user", content="My dog is called Biscuit."))
    for number in range(12):
        await memory.aput(ChatMessage(role="assistant", content=f"This is line number {number}."))
        await memory.aput(ChatMessage(role="user", content="And what is my dog called?"))
    kept = await asyncio.to_thread(client.turns, "llama")
    assert kept[0]["text"] == "My dog is called Biscuit."
    prompt = await memory.aget()
    assert "Biscuit" not in "".join(str(message.content) for message in prompt[1:])
    assert "Biscuit" in str(prompt[0].content)
    assert await block.aget([]) == ""
    engine = memory.sql_store._async_engine
    assert engine is not None
    await engine.dispose()  # it leaves that to nobody


async def test_llamaindexs_retriever_is_the_read(client: Client) -> None:
    await asyncio.to_thread(client.add, "My dog is called Biscuit.")
    retriever = llamaindex.TapeheadRetriever(client, top_k=1)
    [found] = await asyncio.to_thread(retriever.retrieve, "Who is Biscuit?")
    assert found.node.get_content() == "My dog is called Biscuit."
    assert found.score is not None
    assert 0 < found.score <= 1


async def test_what_the_service_refuses_is_raised(client: Client) -> None:
    history = langchain.TapeheadHistory(client, "a" * 200)
    with pytest.raises(ClientError, match="run_id"):
        await asyncio.to_thread(history.add_messages, [HumanMessage("x")])
    slashed = langchain.TapeheadHistory(client, "a/b")
    with pytest.raises(ClientError, match="slash"):
        await asyncio.to_thread(slashed.add_messages, [HumanMessage("x")])
    with pytest.raises(ClientError, match="slash"):
        await asyncio.to_thread(lambda: slashed.messages)


@pytest.mark.parametrize("name", ["langchain", "llamaindex"])
def test_they_bring_nothing_heavy_along(name: str) -> None:
    """Of ours the client alone; what LlamaIndex itself brings is its own affair."""
    code = (
        f"import sys, tapehead_client.{name}\n"
        "ROOMS = ('app', 'memory', 'models', 'tapehead_client')\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ROOMS))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    mine = ["tapehead_client", "tapehead_client.client", f"tapehead_client.{name}"]
    assert ended.stdout.strip() == str(mine)
