"""mem0's client for Python, against the routes of its hosted service."""

import os
import tempfile

os.environ["MEM0_DIR"] = tempfile.mkdtemp()
os.environ["MEM0_TELEMETRY"] = "False"

from checks import ADDRESS, ASKED, DOG, KEY, contains, run
from mem0 import MemoryClient

client = MemoryClient(api_key=KEY, host=f"{ADDRESS}/mem0")
USER = client.users()["results"][0]["name"]
OURS = {"user_id": USER}


def memory():
    added = client.add([{"role": "user", "content": DOG}], user_id=USER)
    [one] = added["results"]
    contains(client.search(ASKED, filters=OURS)["results"][0]["memory"], "Biscuit")
    contains(client.get(one["id"])["memory"], "Biscuit")
    client.update(one["id"], text="My dog is called Rex.")
    contains(client.get_all(filters=OURS)["results"][0]["memory"], "Rex")
    client.delete(one["id"])
    assert not client.get_all(filters=OURS)["results"]


run(memory)
