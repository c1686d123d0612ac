"""An agent of pydantic-ai with a tool. What one run of this program is told, the next one knows.

``remembering_agent.py tell "My dog is called Biscuit."``, then ``remembering_agent.py ask "What is
my dog called? Engrave the name."`` The agent has no history: the service remembers.
"""

import os
import sys
from typing import Annotated

from pydantic import Field
from pydantic_ai import Agent, NativeOutput, ToolOutput
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

provider = OpenAIProvider(
    base_url=os.environ["CLIENT_ADDRESS"] + "/v1", api_key=os.environ["CLIENT_KEY"]
)
model = OpenAIChatModel(os.environ["CLIENT_MODEL"], provider=provider)


def engrave(name: Annotated[str, Field(max_length=24, description="The dog's name")]) -> str:
    """Engrave a name on a dog tag."""
    print(f"  engrave(name={name!r})")
    return f"The tag says {name}."


# llama.cpp's server does not make this model call a tool: there it writes what the tool needs.
calls = ToolOutput(engrave, name="engrave")
tool = NativeOutput(engrave) if "llama" in os.environ.get("CLIENT_ENGINE", "") else calls
told, asked = Agent(model), Agent(model, output_type=tool)
how, message = sys.argv[1:]
print(f"You: {message}")
agent = {"tell": told, "ask": asked}[how]
settings = {"temperature": 0, "max_tokens": 60}
print(f"Agent: {agent.run_sync(message, model_settings=settings).output}")
