"""A proxy between Firefox and Playwright: ``firefox_bridge.py FIREFOX ARGUMENTS``.

Playwright drives an unmodified Firefox through WebDriver BiDi. It sends one command that only later
versions know: to emulate a colour scheme. The proxy answers that command with "success" and passes
everything else on. (The tests set the scheme by a preference of Firefox.)
"""

import asyncio
import json
import re
import sys

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

MISSING = "emulation.setMediaFeaturesOverride"


async def main(command: list[str]) -> int:
    firefox = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    assert firefox.stderr is not None
    endpoint = asyncio.get_running_loop().create_future()

    async def pass_on(client: ServerConnection) -> None:
        async with connect(f"{await endpoint}/session", max_size=None, compression=None) as browser:

            async def ask() -> None:
                async for message in client:
                    request = json.loads(message)
                    if request["method"] == MISSING:
                        done = {"type": "success", "id": request["id"], "result": {}}
                        await client.send(json.dumps(done))
                    else:
                        await browser.send(message)
                await browser.close()

            asking = asyncio.create_task(ask())
            async for message in browser:
                await client.send(message)
            await client.close()
            await asking

    async with serve(pass_on, "127.0.0.1", 0, max_size=None, compression=None) as server:
        [port] = {each.getsockname()[1] for each in server.sockets}
        async for line in firefox.stderr:
            text = line.decode(errors="replace").rstrip()
            if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", text):
                endpoint.set_result(found[1])
                text = text.replace(found[1], f"ws://127.0.0.1:{port}")
            print(text, file=sys.stderr, flush=True)
        return await firefox.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
