"""PDFs that a browser printed, as documents."""

import pytest
from playwright.async_api import Browser
from support.document_files import named
from support.service import Service


@pytest.mark.parametrize(
    "text",
    [
        "كلفة المفتاح الضائع ١٨٠ يورو خلال 14 يوما من التسليم",
        "עלות מפתח אבוד היא 180 אירו לפי סעיף 4",
    ],
)
async def test_what_is_written_from_right_to_left_is_read_in_order(
    service: Service, chromium: Browser, text: str
) -> None:
    page = await chromium.new_page()
    await page.set_content(f"<html dir=rtl><body><p>{text}</p></body></html>")
    content = await page.pdf()
    await page.close()
    headers = {"Content-Type": "application/pdf", **named("lease.pdf")}
    added = await service.client.post("/v1/documents", content=content, headers=headers)
    assert added.status_code == 201, added.text
    found = (await service.client.get("/v1/memories?kind=document")).json()["results"]
    assert " ".join(found[0]["memory"].split()) == f"lease.pdf {text}"
