"""instructor: objects by a tool's call, by JSON and by a schema."""

import instructor
from checks import DOG, KEY, MODEL, URL, contains, run
from openai import OpenAI
from pydantic import BaseModel


class Person(BaseModel):
    name: str
    age: int


PROMPT = [{"role": "user", "content": "Describe a person."}]


def client(mode):
    openai = OpenAI(base_url=URL, api_key=KEY, max_retries=0)
    return instructor.from_openai(openai, mode=mode)


def made(mode):
    person = client(mode).chat.completions.create(
        model=MODEL, messages=PROMPT, response_model=Person, max_retries=1
    )
    assert isinstance(person, Person)


def chat():
    answer = client(instructor.Mode.TOOLS).chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": DOG}], response_model=None
    )
    contains(answer.choices[0].message.content, "Biscuit")


def tools():
    made(instructor.Mode.TOOLS)


def structured():
    made(instructor.Mode.JSON_SCHEMA)
    made(instructor.Mode.JSON)


def stream():
    parts = client(instructor.Mode.TOOLS).chat.completions.create_partial(
        model=MODEL, messages=PROMPT, response_model=Person
    )
    assert list(parts)[-1].age is not None


run(chat, tools, structured, stream)
