"""An agent that calls a tool with what an earlier run said. Each run is an agent of its own."""

from checks import KEY, MODEL, URL, run
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


def remember(dog: str) -> str:
    """Write down the name of the user's dog."""
    return f"dog: {dog}"


def one_run(said):
    model = OpenAIChatModel(MODEL, provider=OpenAIProvider(base_url=URL, api_key=KEY))
    agent = Agent(model, output_type=remember, model_settings={"temperature": 0, "max_tokens": 40})
    return agent.run_sync(said).output


def agent():
    first = one_run("My dog is called Biscuit. Write down the name of my dog.")
    second = one_run("Write down the name of my dog.")
    print(first, second)
    assert "Biscuit" in first
    assert "Biscuit" in second


run(agent)
