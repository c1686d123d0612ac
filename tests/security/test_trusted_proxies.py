"""What a trusted proxy says of its clients, and what wrong keys are counted by."""

import pytest
from pydantic import ValidationError
from support.error_shape import code_of
from support.keyed_service import TOO_MANY, WRONG, guess
from support.service import running

from app.key_failures import KeyFailures, source_of
from app.settings import Settings


async def test_behind_a_trusted_proxy_each_client_has_a_count_of_its_own(
    settings: Settings,
) -> None:
    """The proxy (the test itself) appends the address of its client; what stands before it, the
    client may have written.
    """
    trusting = settings.model_copy(update={"trusted_proxies": "127.0.0.1,192.0.2.0/28"})
    async with running(trusting) as service:
        said = [f"198.51.100.{number}, 203.0.113.1" for number in range(31)]
        answers = [
            (await guess(service, 1, **{"X-Forwarded-For": forwarded}))[0] for forwarded in said
        ]
        assert answers == [WRONG] * 30 + [TOO_MANY]
        # Through a second trusted proxy it is the same client; and 203.0.113.2 is another.
        assert await guess(service, 1, **{"X-Forwarded-For": "203.0.113.1, 192.0.2.7"}) == [
            TOO_MANY
        ]
        assert await guess(service, 1, **{"X-Forwarded-For": "203.0.113.2"}) == [WRONG]
        # Whoever has a /64 of IPv6 addresses has one count.
        v6 = [
            (await guess(service, 1, **{"X-Forwarded-For": f"2001:db8::{number:x}"}))[0]
            for number in range(31)
        ]
        assert v6 == [WRONG] * 30 + [TOO_MANY]
        assert await guess(service, 1, **{"X-Forwarded-For": "2001:db8:0:1::1"}) == [WRONG]


async def test_behind_a_trusted_proxy_there_is_no_way_without_a_key(settings: Settings) -> None:
    """Also where it adds no header that tells."""
    trusting = settings.model_copy(update={"trusted_proxies": "127.0.0.1"})
    async with running(trusting) as service:
        for headers in ({}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-For": "192.0.2.1"}):
            answer = await service.client.get("/v1/memories", headers=headers)
            assert code_of(answer) == (401, "api_key_required"), headers


@pytest.mark.parametrize(
    ("given", "proxies"),
    [
        (None, []),
        ("", []),
        ("127.0.0.1", ["127.0.0.1"]),
        (" 10.0.0.7, 10.1.0.0/24,,2001:db8::/64 ", ["10.0.0.7", "10.1.0.0/24", "2001:db8::/64"]),
    ],
)
def test_trusted_proxies_are_addresses_and_networks(given: str | None, proxies: list[str]) -> None:
    settings = Settings(_env_file=None, trusted_proxies=given)
    assert settings.proxies == proxies
    assert settings.exposed == bool(proxies)


@pytest.mark.parametrize("given", ["*", "nginx", "10.0.0.7/8", "10.0.0.0/33", "0.0.0.0/0", "::/0"])
def test_proxies_that_would_be_nobody_or_everybody_are_refused(given: str) -> None:
    """uvicorn takes a name for a host that nobody has, and an asterisk for everybody."""
    with pytest.raises(ValidationError, match="trusted_proxies"):
        Settings(_env_file=None, trusted_proxies=given)


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("x" * 5000, "x" * 64),
    ],
)
def test_what_wrong_keys_are_counted_by(address: str, source: str) -> None:
    assert source_of(address) == source


def test_wrong_keys_count_for_a_minute_and_sources_are_bounded() -> None:
    now = 0.0
    failures = KeyFailures(lambda: now)
    assert all(failures.record("a") for _ in range(30))
    assert not failures.record("a")
    now = 59.9
    assert not failures.record("a"), "what is refused as too many does not push the end away"
    assert failures.record("b")
    now = 60.0
    assert failures.record("a")
    for number in range(20_000):
        failures.record(str(number))
    assert len(failures._times) == 10_000
