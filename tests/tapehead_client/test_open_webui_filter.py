"""The filter for Open WebUI, on the running service. ``tests/clients`` has it in the real one."""

import pytest
from support.service import Service

from tapehead_client.open_webui_filter import Filter


async def test_chats_and_the_key_go_through_no_proxy(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of the environment could read them."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    made = Filter()
    made.valves.url = service.url
    messages = [
        {"role": "user", "content": "My dog is called Biscuit."},
        {"role": "assistant", "content": "Noted."},
    ]
    await made.outlet({"chat_id": "c", "messages": messages}, {"id": "ann"})
    asked = {"messages": [{"role": "user", "content": "What is my dog called?"}]}
    told = await made.inlet(asked, {"id": "ann"}, {"chat_id": "d"})
    assert 'I said: "My dog is called Biscuit."' in told["messages"][0]["content"]
