"""A client made of nasdaq-protocols and a module that its generator wrote; run as a program of its own.

In: one JSON object on standard input: what to import, where to log in, what to send, how many messages to await.
Out: one JSON object: the messages that came, or the error. Never knows: this project.
"""

import asyncio
import importlib
import json
import sys
from typing import Any


async def converse(wanted: dict[str, Any]) -> dict[str, Any]:
    module = importlib.import_module(wanted["module"])
    try:
        session = await module.connect_async(
            tuple(wanted["remote"]), wanted["user"], wanted["password"], wanted["session"], sequence=wanted["sequence"],
            client_heartbeat_interval=1,
        )  # fmt: skip
    except ConnectionRefusedError as error:
        return {"refused": str(error)}
    received = []
    for name, fields, answers in wanted["send"]:
        if name:
            message = getattr(module, name)()
            for field, value in fields.items():
                setattr(message, field, value)
            session.send_message(message)
        for _ in range(answers):
            message = await asyncio.wait_for(session.receive_message(), 80)
            received.append([type(message).__name__, message.record.as_collection()])
    sequence = session.soup_session.sequence
    await session.close()
    return {"received": received, "sequence": sequence, "session": session.soup_session.session_id.session}


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    print(json.dumps(asyncio.run(converse(json.load(sys.stdin)))))
