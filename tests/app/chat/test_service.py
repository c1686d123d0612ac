"""The way of a request, with fakes for the networks and everything else real."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from support.eventually import eventually
from support.service import Service, events, running, until_ended

from app.settings import Settings
from memory.types import SIGNALS
from models.language.base import Message

pytestmark = pytest.mark.asyncio


async def test_what_was_said_is_read_in_another_conversation(service_on_each: Service) -> None:
    service = service_on_each
    first = await service.say("My dog is called Biscuit, he is a corgi")
    for message in ("What a sunny morning", "I had soup for lunch"):
        await service.say(message, conversation_id=first["conversation_id"])
    second = await service.say("How is my dog called?")
    assert second["conversation_id"] != first["conversation_id"]
    best = second["memory"]["memories"][0]
    assert best["memory"] == "My dog is called Biscuit, he is a corgi"
    assert best["conversation_id"] == first["conversation_id"]
    assert best["score"] > second["memory"]["null_weight"]
    prompt = service.language.prompts[-1][-1].content
    assert "Biscuit" in prompt
    assert prompt.endswith("How is my dog called?")
    reading = (await service.client.get(f"/v1/readings/{second['memory']['id']}")).json()
    assert reading["memories"][0]["id"] == best["id"]
    assert reading["memories"][0]["score"] == pytest.approx(best["score"])
    total = sum(m["score"] for m in reading["memories"]) + reading["null_weight"]
    assert total == pytest.approx(1, abs=1e-6), "few slots: the reading keeps all of them"


async def test_of_a_long_memory_the_prompt_and_the_reading_have_what_answers(
    service: Service,
) -> None:
    """The stored memory stays whole, and a stored reading has it as it is."""
    filler = "The caretaker has written some lines about the stairs and the yard. " * 100
    letter = f"{filler}My dog Biscuit had his vaccination on 14 June. {filler}".strip()
    added = await service.client.post("/v1/memories", json={"text": letter})
    reply = await service.say("When was the vaccination of my dog Biscuit?")
    [memory] = reply["memory"]["memories"]
    assert "My dog Biscuit had his vaccination on 14 June." in memory["memory"]
    assert len(memory["memory"]) < 1_000
    assert f'said: "{memory["memory"]}"' in service.language.prompts[-1][-1].content
    path = f"/v1/memories/{added.json()['id']}"
    assert (await service.client.get(path)).json()["memory"] == letter


async def test_another_user_gets_nothing_of_it(service_on_each: Service) -> None:
    service = service_on_each
    hers = await service.say("My dog is called Biscuit", user="ann")
    his = await service.say("How is my dog called?", user="bob")
    assert his["memory"]["memories"] == []
    assert not any("Biscuit" in message.content for message in service.language.prompts[-1])
    for path, own_id in (
        ("/v1/conversations/{}", hers["conversation_id"]),
        ("/v1/conversations/{}/turns", hers["conversation_id"]),
        ("/v1/readings/{}", hers["memory"]["id"]),
        ("/v1/replies/{}", hers["id"]),
        ("/v1/memories/{}", hers["question_id"]),
    ):
        mine, foreign, absent = [
            await service.client.get(path.format(each), headers={"X-User-Id": user})
            for user, each in (("ann", own_id), ("bob", own_id), ("bob", own_id[:-8] + "deadbeef"))
        ]
        assert mine.status_code == 200
        assert (foreign.status_code, absent.status_code) == (404, 404)
        hidden, nothing = foreign.json()["error"], absent.json()["error"]
        assert hidden.pop("request_id") != nothing.pop("request_id")
        assert hidden == nothing
    search = await service.client.post(
        "/v1/memories/search", json={"query": "Biscuit"}, headers={"X-User-Id": "bob"}
    )
    assert not any("Biscuit" in r["memory"] for r in search.json()["results"])


async def test_history_is_shown_as_history_and_not_again_as_memory(service: Service) -> None:
    first = await service.say("My dog is called Biscuit")
    await service.say("How is my dog called?", conversation_id=first["conversation_id"])
    prompt = service.language.prompts[-1]
    assert [m.role for m in prompt] == ["system", "user", "assistant", "user"]
    assert prompt[1].content == "My dog is called Biscuit"
    assert prompt[-1].content == "How is my dog called?"


async def test_events_tell_the_reply_in_order_and_done_is_durable(service: Service) -> None:
    await service.say("My dog is called Biscuit")
    told = [each async for each in events(service.client, {"message": "my dog is called what?"})]
    names = [name for name, _ in told]
    assert names[:2] == ["reply", "memory"]
    assert set(names[2:-1]) == {"delta"}
    assert names[-1] == "done"
    done = told[-1][1]
    assert "".join(data["text"] for name, data in told if name == "delta") == done["message"]
    assert done["id"] == told[0][1]["id"]
    kept = (await service.client.get(f"/v1/replies/{done['id']}")).json()
    kept.pop("error")
    done.pop("error")
    assert kept == done


async def test_done_is_not_sent_before_the_commit(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit is made to wait: every piece must arrive, and ``done`` must not."""
    release = asyncio.Event()
    loop = asyncio.get_running_loop()
    replies = service.app.state.services.replies
    commit = type(replies).commit

    def late(*args: Any) -> None:
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result(10)
        commit(*args)

    monkeypatch.setattr(type(replies), "commit", late)
    names: list[str] = []

    async def listen() -> None:
        async for name, _ in events(service.client, {"message": "hello"}):
            names.append(name)

    listening = asyncio.create_task(listen())
    await eventually(lambda: names.count("delta") >= 3)
    await asyncio.sleep(0.1)
    assert "done" not in names
    release.set()
    await listening
    assert names[-1] == "done"


async def test_no_connection_is_held_while_tokens_flow(service_on_each: Service) -> None:
    service = service_on_each
    service.language.hold = asyncio.Event()
    listening = asyncio.create_task(service.say("hello"))
    await eventually(lambda: service.language.prompts)
    database = service.app.state.services.database
    assert database.engine.pool.checkedout() == 0
    assert database._reader.pool.checkedout() == 0
    service.language.hold.set()
    await listening


async def test_who_leaves_stops_the_reply_and_its_beginning_is_kept(service: Service) -> None:
    service.language.answer = "one two three four five"
    service.language.hold, service.language.hold_from = asyncio.Event(), 2
    told = events(service.client, {"message": "count"})
    async for name, data in told:
        if name == "reply":
            started = data
        if name == "delta":
            break
    await told.aclose()
    reply = await until_ended(service, started["id"])
    assert reply["status"] == "aborted"
    assert "one two three four five".startswith(reply["message"].strip())
    assert service.language.cancelled == 1
    service.language.hold.set()
    turns = (
        await service.client.get(f"/v1/conversations/{started['conversation_id']}/turns")
    ).json()["results"]
    assert [turn["status"] for turn in turns] == ["complete", "aborted"]
    memories = (await service.client.get("/v1/memories")).json()["results"]
    assert [memory["memory"] for memory in memories] == ["count"], "half an answer is no memory"


async def test_who_leaves_a_plain_request_stops_it_too(service: Service) -> None:
    service.language.hold = asyncio.Event()
    with pytest.raises(httpx.ReadTimeout):
        await service.client.post("/v1/chat", json={"message": "hello"}, timeout=0.3)
    await eventually(lambda: service.language.cancelled)


async def test_a_background_reply_is_finished_for_nobody(service: Service) -> None:
    service.language.hold = asyncio.Event()
    told = events(service.client, {"message": "hello", "background": True})
    async for _, data in told:
        started = data
        break
    await told.aclose()
    await asyncio.sleep(0.05)
    service.language.hold.set()
    reply = await until_ended(service, started["id"])
    assert (reply["status"], reply["message"]) == ("complete", service.language.answer)


async def test_an_engine_that_fails_midway_is_an_error_event_and_a_failed_reply(
    service: Service,
) -> None:
    service.language.fail_after = 2
    told = [each async for each in events(service.client, {"message": "hello"})]
    assert told[-1][0] == "error"
    assert told[-1][1]["error"]["code"] == "internal_error"
    assert "purpose" not in told[-1][1]["error"]["message"]
    reply = await until_ended(service, told[0][1]["id"])
    assert (reply["status"], reply["error"]) == ("failed", "internal_error")
    plain = await service.client.post("/v1/chat", json={"message": "hello"})
    assert plain.status_code == 500


async def test_after_a_failed_reply_the_conversation_goes_on(service: Service) -> None:
    service.language.fail_after = 0
    told = [each async for each in events(service.client, {"message": "one"})]
    service.language.fail_after = None
    await service.say("two", conversation_id=told[0][1]["conversation_id"])
    assert service.language.prompts[-1][-1] == Message("user", "one\n\ntwo")


async def test_without_an_embedder_words_still_find_and_keys_come_later(
    service: Service,
) -> None:
    service.embedder.broken = True
    await service.say("My dog is called Biscuit")

    async def best() -> dict[str, Any]:
        query = {"query": "my dog Biscuit"}
        found = await service.client.post("/v1/memories/search", json=query)
        hit: dict[str, Any] = found.json()["results"][0]
        assert hit["memory"] == "My dog is called Biscuit"
        return hit

    assert (await best())["signals"]["cosine"] == 0
    service.embedder.broken = False
    from app.maintenance import backfill_embeddings
    from memory.repositories.missing_embeddings import MissingEmbeddings

    services = service.app.state.services
    missing = MissingEmbeddings(services.database, service.embedder.name)
    while await backfill_embeddings(missing, service.embedder):
        pass
    assert (await best())["signals"]["cosine"] > 0


async def test_a_temporary_chat_neither_reads_nor_is_read(service: Service) -> None:
    await service.say("My dog is called Biscuit")
    off = {"memory": {"read": False, "write": False}}
    temporary = await service.say("My dog is secretly called Rex", **off)
    assert temporary["memory"] is None
    assert "Biscuit" not in service.language.prompts[-1][-1].content
    later = await service.say("How is my dog called?")
    read = " ".join(each["memory"] for each in later["memory"]["memories"])
    assert "Biscuit" in read
    assert "Rex" not in read
    await service.say("And?", conversation_id=temporary["conversation_id"], **off)
    assert service.language.prompts[-1][1].content == "My dog is secretly called Rex"


async def test_a_budget_of_no_tokens_remembers_nothing(service: Service) -> None:
    await service.say("My dog is called Biscuit")
    reply = await service.say("How is my dog called?", memory={"budget_tokens": 0})
    assert reply["memory"]["memories"] == []


async def test_an_idempotency_key_is_generated_once(service: Service) -> None:
    await service.say("My dog is called Biscuit")
    service.language.hold = asyncio.Event()
    body, key = {"message": "How is my dog called?"}, {"Idempotency-Key": "k1"}

    async def ask(**more: Any) -> httpx.Response:
        return await service.client.post("/v1/chat", json={**body, **more}, headers=key)

    asked = [asyncio.create_task(ask()) for _ in range(20)]
    await eventually(lambda: len(service.language.prompts) >= 2)
    service.language.hold.set()
    answers = await asyncio.gather(*asked)
    statuses = sorted(answer.status_code for answer in answers)
    assert set(statuses) <= {200, 409}
    assert 200 in statuses
    assert len(service.language.prompts) == 2, "one for Biscuit, one for all twenty"
    again = await ask()
    original = next(answer for answer in answers if answer.status_code == 200).json()
    assert again.json() == original
    streamed = [each async for each in events(service.client, body, **key)]
    assert streamed[-1][1] == original
    other = await ask(temperature=1)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")


async def test_a_second_message_in_a_busy_conversation_is_told_so(service: Service) -> None:
    first = await service.say("hello")
    service.language.hold = asyncio.Event()
    asking = asyncio.create_task(service.say("one", conversation_id=first["conversation_id"]))
    await eventually(lambda: len(service.language.prompts) >= 2)
    busy = await service.client.post(
        "/v1/chat", json={"message": "two", "conversation_id": first["conversation_id"]}
    )
    assert (busy.status_code, busy.json()["error"]["code"]) == (409, "conversation_busy")
    assert busy.headers["retry-after"] == "1"
    service.language.hold.set()
    await asking


async def test_over_the_limit_of_running_replies_nothing_is_stored(settings: Settings) -> None:
    async with running(settings.model_copy(update={"max_concurrent_replies": 1})) as service:
        service.language.hold = asyncio.Event()
        asking = asyncio.create_task(service.say("one"))
        await eventually(lambda: service.language.prompts)
        refused = await service.client.post("/v1/chat", json={"message": "two"})
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        service.language.hold.set()
        await asking
        listed = (await service.client.get("/v1/conversations")).json()["results"]
        assert [each["preview"] for each in listed] == ["one"]


async def test_of_a_message_far_too_long_only_the_beginning_is_counted(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    count = service.language.count_text

    def counting(text: str) -> int:
        counted.append(len(text))
        return count(text)

    monkeypatch.setattr(service.language, "count_text", counting)
    refused = await service.client.post("/v1/chat", json={"message": "w " * 400_000})
    assert refused.json()["error"]["code"] == "context_length_exceeded"
    assert max(counted) == 8 * service.language.window


async def test_a_message_longer_than_the_window_is_refused_and_not_stored(
    service: Service,
) -> None:
    refused = await service.client.post("/v1/chat", json={"message": "w " * 3000})
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "context_length_exceeded"
    assert len(refused.content) < 500
    assert (await service.client.get("/v1/memories")).json()["results"] == []


async def test_a_long_conversation_still_fits_the_window(service: Service) -> None:
    def within(messages: Sequence[Message]) -> str:
        assert service.language.count_tokens(messages) <= service.language.window
        return "word " * 150

    service.language.answer = within
    reply = await service.say("start")
    for number in range(12):
        reply = await service.say(
            f"{number} " + "more " * 150, conversation_id=reply["conversation_id"]
        )
    roles = [message.role for message in service.language.prompts[-1]]
    assert roles[:2] == ["system", "user"]


async def test_memories_can_be_added_edited_searched_and_forgotten(
    service_on_each: Service,
) -> None:
    service = service_on_each
    client = service.client
    added = await client.post("/v1/memories", json={"text": "I am allergic to peanuts"})
    assert added.status_code == 201
    path = f"/v1/memories/{added.json()['id']}"
    assert (await client.get(path)).json() == added.json()
    found = await client.post("/v1/memories/search", json={"query": "peanuts"})
    [hit] = found.json()["results"]
    assert hit["id"] == added.json()["id"]
    assert hit["score"] + found.json()["null_weight"] == pytest.approx(1)
    assert set(hit["signals"]) == set(hit["shares"]) == set(SIGNALS)
    await client.patch(path, json={"text": "I am allergic to walnuts"})
    reply = await service.say("What am I allergic to?")
    assert reply["memory"]["memories"][0]["memory"] == "I am allergic to walnuts"
    assert (await client.delete(path)).status_code == 204
    assert (await client.delete(path)).status_code == 404
    reply = await service.say("Tell me what I am allergic to")
    texts = [memory["memory"] for memory in reply["memory"]["memories"]]
    assert "I am allergic to walnuts" not in texts
    only_facts = await client.get("/v1/memories", params={"kind": "fact"})
    assert only_facts.json()["results"] == []
    assert (await client.delete("/v1/memories")).status_code == 400
    erased = await client.delete("/v1/memories", params={"everything": True})
    assert erased.json()["forgotten"] >= 4
    assert (await client.get("/v1/memories")).json()["results"] == []


async def test_pages_of_memories_and_turns_follow_each_other(service: Service) -> None:
    reply = await service.say("message 0")
    for number in range(1, 5):
        await service.say(f"message {number}", conversation_id=reply["conversation_id"])
    seen: list[str] = []
    before: dict[str, int] = {}
    while True:
        page = (await service.client.get("/v1/memories", params={"limit": 3, **before})).json()
        seen += [memory["id"] for memory in page["results"]]
        if page["next"] is None:
            break
        before = {"before": page["next"]}
    assert len(seen) == len(set(seen)) == 10
    path = f"/v1/conversations/{reply['conversation_id']}/turns"
    last = (await service.client.get(path, params={"limit": 4})).json()
    rest = (await service.client.get(path, params={"before": last["next"]})).json()
    texts = [turn["text"] for turn in rest["results"] + last["results"] if turn["role"] == "user"]
    assert texts == [f"message {number}" for number in range(5)]


async def test_conversations_are_listed_renamed_and_forgotten(service: Service) -> None:
    one, two = await service.say("first"), await service.say("second")
    listed = (await service.client.get("/v1/conversations")).json()["results"]
    assert [each["preview"] for each in listed] == ["second", "first"]
    path = f"/v1/conversations/{one['conversation_id']}"
    renamed = await service.client.patch(path, json={"title": "My chat"})
    assert renamed.json()["title"] == "My chat"
    assert (await service.client.delete(path)).status_code == 204
    assert (await service.client.get(path)).status_code == 404
    left = (await service.client.get("/v1/memories")).json()["results"]
    assert {memory["conversation_id"] for memory in left} == {two["conversation_id"]}


async def test_one_user_by_every_name_and_two_are_refused(service: Service) -> None:
    client = service.client
    body = {"message": "hello", "user": "李雷"}
    assert (await client.post("/v1/chat", json=body)).status_code == 200
    header = {b"X-User-Id": "李雷".encode()}
    listed = await client.get("/v1/memories", headers=header)  # type: ignore[arg-type]
    assert len(listed.json()["results"]) == 2
    listed = await client.get("/v1/memories", params={"user": "李雷"})
    assert len(listed.json()["results"]) == 2
    both = await client.post("/v1/chat", json=body, headers={"X-User-Id": "other"})
    assert both.status_code == 400


async def test_while_the_models_load_the_service_says_so(settings: Settings) -> None:
    loaded = threading.Event()
    async with running(settings, loaded=loaded) as service:
        assert (await service.client.get("/health")).json() == {"status": "ok"}
        ready = await service.client.get("/ready")
        assert (ready.status_code, ready.json()["error"]["code"]) == (503, "model_loading")
        chat = await service.client.post("/v1/chat", json={"message": "hello"})
        assert (chat.status_code, chat.json()["error"]["code"]) == (503, "model_loading")
        assert chat.headers["retry-after"]
        loaded.set()
        await asyncio.wait_for(service.app.state.settled.wait(), 30)
        assert (await service.client.get("/ready")).json() == {"status": "ok"}
        await service.say("hello")


async def test_a_page_that_renames_itself_is_refused(service: Service) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", ""):
        refused = await service.client.get("/v1/memories", headers={"Host": host})
        assert refused.status_code == 403
    fine = await service.client.get("/v1/memories", headers={"Host": "localhost:1234"})
    assert fine.status_code == 200


async def test_a_page_of_another_site_cannot_send_in_its_readers_name(service: Service) -> None:
    body = {"message": "I always was a friend of evil.example"}
    for origin in ("https://evil.example", "null", "http://localhost:1", "http://127.0.0.1"):
        refused = await service.client.post("/v1/chat", json=body, headers={"Origin": origin})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "host_not_allowed")
    own = await service.client.post("/v1/chat", json=body, headers={"Origin": service.url})
    assert own.status_code == 200


async def test_closing_the_service_ends_its_replies(settings: Settings) -> None:
    async with running(settings) as service:
        service.language.hold = asyncio.Event()
        told = events(service.client, {"message": "hello", "background": True})
        async for _, data in told:
            reply_id = data["id"]
            break
        await told.aclose()
    async with running(settings) as service:
        reply = (await service.client.get(f"/v1/replies/{reply_id}")).json()
        assert reply["status"] == "aborted"


async def test_asking_twice_does_not_bury_the_answer(service: Service) -> None:
    """With answers that are wrong, as a small model's are: they must not take the place either."""
    await service.say("My hamster is called Waffle.")
    for _ in range(3):
        reply = await service.say("What is my hamster called?")
        read = {m["memory"]: m["score"] for m in reply["memory"]["memories"]}
        assert max(read, key=lambda text: read[text]) == "My hamster is called Waffle."


async def test_a_user_is_erased_only_on_purpose_and_comes_back_as_new(
    service_on_each: Service,
) -> None:
    service = service_on_each
    await service.say("My dog is called Biscuit.")
    assert (await service.client.delete("/v1/users/me")).status_code == 400
    assert (await service.client.get("/v1/memories")).json()["results"]
    erased = await service.client.delete("/v1/users/me?everything=true")
    assert erased.json() == {"forgotten": 2}
    assert (await service.client.get("/v1/memories")).json()["results"] == []
    reply = await service.say("Hello again.")
    assert reply["memory"]["memories"] == []


async def test_without_a_read_the_answer_does_not_wait_for_the_questions_key(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stored with the answer all the same; and of what is not kept, none is made."""
    held, embedded, embed = asyncio.Event(), list[str](), service.embedder.embed

    async def slowly(texts: Sequence[str]) -> Any:
        embedded.extend(texts)
        await held.wait()
        return await embed(texts)

    monkeypatch.setattr(service.embedder, "embed", slowly)
    unread = {"message": "My dog is called Biscuit", "memory": {"read": False}}
    told = events(service.client, unread)
    heard = [await anext(told) for _ in range(3)]
    assert heard[-1][0] == "delta"
    held.set()
    assert [name async for name, _ in told][-1] == "done"
    query = {"query": "Biscuit dog called"}
    found = (await service.client.post("/v1/memories/search", json=query)).json()["results"]
    assert all(each["signals"]["cosine"] for each in found)
    assert len(found) == 2

    embedded.clear()
    body = {
        "model": service.language.name,
        "messages": [{"role": "user", "content": "hello"}],
        "memory": {"read": False, "write": False},
    }
    answer = await service.client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200
    assert embedded == []
