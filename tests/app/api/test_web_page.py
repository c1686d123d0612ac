"""What is opened in a browser comes from here alone; and what a load balancer asks is answered."""

import re

import pytest
from support.service import Service

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
async def test_the_documentation_asks_no_other_host(service: Service, page: str) -> None:
    html = (await service.client.get(page)).text
    needed = re.findall(r"""(?:src|href|spec-url)\s*=\s*["']([^"']+)""", html)
    assert any(each.endswith(".js") for each in needed)
    assert all(each.startswith("/") and not each.startswith("//") for each in needed)
    assert not re.search(r"https?://", html)
    for each in needed:
        found = await service.client.get(each)
        assert found.status_code == 200
        assert len(found.content) > 100


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_health_is_told_to_those_who_want_no_body(service: Service, path: str) -> None:
    answer = await service.client.head(path)
    assert answer.status_code == 200
    assert answer.content == b""
