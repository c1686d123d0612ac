"""What the nginx.conf that ships refuses itself: no replica behind it is there."""

from pathlib import Path

import pytest
from support.served import CLOSE, raw

from benchmarks.load.nginx import is_installed, nginx

pytestmark = pytest.mark.skipif(not is_installed(), reason="nginx is not installed")
POST_5_MB = b"POST /v1/documents HTTP/1.1\r\nContent-Length: 5000000\r\n" + CLOSE


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (
            b"GET /v1/memories?user=marzipan HTTP/1.1\r\n" + CLOSE,
            502,
            "service_unreachable",
        ),
        (POST_5_MB, 502, "service_unreachable"),
        (b"nonsense\r\n\r\n", 400, "bad_request"),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + CLOSE, 414, "headers_too_large"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n" + CLOSE, 431, "headers_too_large"),
        (b"GET /nginx/refusal HTTP/1.1\r\n" + CLOSE, 404, "not_found"),
    ],
    ids=[
        "no replica",
        "no replica for a large one",
        "no HTTP",
        "a long address",
        "a long head",
        "its own place",
    ],
)
def test_what_nginx_refuses_has_the_shape_of_our_errors(
    tmp_path: Path, sent: bytes, status: int, code: str
) -> None:
    with nginx([1, 1], tmp_path) as proxy:
        content = bytes(5_000_000) if sent is POST_5_MB else b""
        line, headers, body = raw(proxy.port, sent + content)
        assert line.startswith(f"HTTP/1.1 {status} ".encode())
        assert headers["content-type"] == "application/json"
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers.get("retry-after") == ("2" if status >= 500 else None)
        assert body["error"].keys() == {"message", "type", "param", "code", "request_id"}
        assert body["error"]["code"] == code
        assert body["error"]["request_id"] == headers["x-request-id"]
    assert (tmp_path / "error.log").read_text() == ""
    assert "marzipan" not in (tmp_path / "plain.log").read_text()
