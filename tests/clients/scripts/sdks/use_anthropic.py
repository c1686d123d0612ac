"""anthropic for Python."""

from anthropic import Anthropic
from checks import ADDRESS, ASKED, DOG, KEY, MODEL, WEATHER, contains, run

client = Anthropic(base_url=ADDRESS, api_key=KEY, max_retries=0)


def ask(*messages, **more):
    return client.messages.create(model=MODEL, max_tokens=200, messages=messages, **more)


def user(text):
    return {"role": "user", "content": text}


def chat():
    contains(ask(user(DOG), system="Be kind.").content[0].text, "Biscuit")


def stream():
    with client.messages.stream(
        model=MODEL, max_tokens=200, messages=[user("Say hello.")]
    ) as events:
        contains("".join(events.text_stream), "hello")
        assert events.get_final_message().usage.output_tokens > 0


def history():
    first = user("The answer is 42.")
    answer = ask(first)
    own = {"role": answer.role, "content": answer.content}
    contains(ask(first, own, user("And now?")).content[0].text, "And now?")


def memory():
    contains(ask(user(ASKED)).content[0].text, "Biscuit")


def tools():
    question = user("What is the weather?")
    tool = {"name": "weather", "input_schema": WEATHER}
    with client.messages.stream(
        model=MODEL, max_tokens=200, messages=[question], tools=[tool], tool_choice={"type": "any"}
    ) as events:
        message = events.get_final_message()
    assert message.stop_reason == "tool_use"
    [call] = [each for each in message.content if each.type == "tool_use"]
    assert (call.name, list(call.input)) == ("weather", ["city"])
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "It is sunny."}
    own = {"role": "assistant", "content": message.content}
    answer = ask(question, own, user([result]), tools=[tool])
    contains(answer.content[0].text, "It is sunny.")


def count_tokens():
    assert client.messages.count_tokens(model=MODEL, messages=[user(DOG)]).input_tokens > 3


run(chat, stream, history, memory, tools, count_tokens)
