"""openai for Python."""

from checks import ASKED, DOG, EMBEDDER, KEY, MODEL, PERSON, URL, WEATHER, contains, run
from openai import OpenAI
from pydantic import BaseModel, Field

client = OpenAI(base_url=URL, api_key=KEY, max_retries=0)
TOOL = {"type": "function", "function": {"name": "weather", "parameters": WEATHER}}


class Person(BaseModel):
    """Within bounds: a small model that is held to a grammar may write one text without end."""

    name: str = Field(max_length=20)
    age: int = Field(ge=0, le=150)


def ask(*messages, **more):
    return client.chat.completions.create(model=MODEL, messages=messages, **more)


def user(text):
    return {"role": "user", "content": text}


def chat():
    contains(ask(user(DOG)).choices[0].message.content, "Biscuit")


def stream():
    chunks = ask(user("Say hello."), stream=True, stream_options={"include_usage": True})
    texts, usage = [], None
    for chunk in chunks:
        texts += [choice.delta.content or "" for choice in chunk.choices]
        usage = chunk.usage or usage
    contains("".join(texts), "hello")
    assert usage.total_tokens > 0


def history():
    first = user("The answer is 42.")
    message = ask(first).choices[0].message
    contains(ask(first, message, user("And now?")).choices[0].message.content, "And now?")
    contains(
        ask(first, message.model_dump(), user("And then?")).choices[0].message.content, "And then?"
    )


def memory():
    answer = ask(user(ASKED))
    contains(answer.choices[0].message.content, "Biscuit")
    assert answer.model_extra["memory"]["reading"]["memories"]


def tools():
    question = user("What is the weather?")
    message = ask(question, tools=[TOOL], tool_choice="required").choices[0].message
    [call] = message.tool_calls
    assert call.function.name == "weather"
    result = {"role": "tool", "tool_call_id": call.id, "content": "It is sunny."}
    assert ask(question, message, result, tools=[TOOL]).choices[0].message.content


def structured():
    form = {"type": "json_schema", "json_schema": {"name": "p", "schema": PERSON, "strict": True}}
    raw = ask(user("Describe a person."), response_format=form).choices[0].message.content
    Person.model_validate_json(raw)


def parse():
    parsed = client.chat.completions.parse(
        model=MODEL, messages=[user("Describe a person.")], response_format=Person
    )
    assert isinstance(parsed.choices[0].message.parsed, Person)


def responses():
    first = client.responses.create(model=MODEL, input="My cat is called Tom.")
    contains(first.output_text, "Tom")
    second = client.responses.create(model=MODEL, input="And again?", previous_response_id=first.id)
    contains(second.output_text, "And again?")
    with client.responses.stream(model=MODEL, input="Say hello.") as events:
        kinds = {event.type for event in events}
        contains(events.get_final_response().output_text, "hello")
    assert "response.output_text.delta" in kinds
    tool = {"type": "function", "name": "weather", "parameters": WEATHER}
    asked = client.responses.create(model=MODEL, input="What is the weather?", tools=[tool])
    [call] = [each for each in asked.output if each.type == "function_call"]
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "It is sunny."}
    answer = client.responses.create(
        model=MODEL, input=[result], previous_response_id=asked.id, tools=[tool]
    )
    contains(answer.output_text, "It is sunny.")


def completions():
    contains(client.completions.create(model=MODEL, prompt="Say hello.").choices[0].text, "hello")


def embeddings():
    made = client.embeddings.create(model=EMBEDDER, input=["one", "two"])
    assert len(made.data) == 2
    assert len(made.data[0].embedding) > 100


def models():
    assert MODEL in [each.id for each in client.models.list()]
    assert client.models.retrieve(MODEL).id == MODEL


run(
    *(models, chat, stream, history, memory, tools, structured, parse),
    *(responses, completions, embeddings),
)
