"""A server of nasdaq-protocols that accepts every order and does nothing else: what its user would begin with.

In: a directory for the module that the library's generator makes of our definition of OUCH 4.2. Out: a listening server
that announces its address as ours do. Never knows: a book, balances, a journal.

    python -m benchmarks.nasdaq_server DIRECTORY
"""

import asyncio
import importlib
import sys
from pathlib import Path
from typing import Any

from base.client.ouch import nasdaq42
from base.wire.xml.writer import write_definition

NEVER_S = 10**6
"""Seconds between heartbeats: those who take turns are silent for long."""


def generated(directory: Path) -> Any:
    """The module that the library's generator makes."""
    definition = directory / "nasdaq42.xml"
    definition.write_text(write_definition(nasdaq42.dialect))
    command = ["--spec-file", str(definition), "--app-name", "nasdaq42", "--op-dir", str(directory), "--no-init-file"]
    importlib.import_module("nasdaq_protocols.ouch").generate.main(command, standalone_mode=False)
    sys.path.insert(0, str(directory))
    return importlib.import_module("ouch_nasdaq42")


def accepting(ouch: Any) -> Any:
    """The class of a session that accepts what comes: decode the order, answer with what it said."""
    soup = importlib.import_module("nasdaq_protocols.soup")
    shared = {field.name for field in ouch.EnterOrder.BodyRecord.Fields} & {
        field.name for field in ouch.Accepted.BodyRecord.Fields
    }

    class Accepting(soup.SoupServerSession, session_type="server"):  # type: ignore[misc, name-defined, call-arg]
        async def on_login(self, msg: Any) -> Any:
            return soup.LoginAccepted("DAY0000001", 1)

        async def on_unsequenced(self, msg: Any) -> None:
            order = ouch.EnterOrder(ouch.EnterOrder.BodyRecord.from_bytes(msg.data[1:])[1])
            accepted = ouch.Accepted()
            for name in shared:
                setattr(accepted, name, getattr(order, name))
            accepted.timestamp, accepted.orderReferenceNumber = 1, self.sequence
            accepted.orderState, accepted.bboWeightIndicator = "L", "0"
            self.send_seq_msg(accepted.to_bytes()[1])

    return Accepting


async def serve(directory: Path) -> None:
    """Accept orders until the process is stopped."""
    session = accepting(generated(directory))

    def admitted() -> Any:
        return session(client_heartbeat_interval=NEVER_S, server_heartbeat_interval=NEVER_S)

    server = await asyncio.get_running_loop().create_server(admitted, "127.0.0.1", 0)
    print("listening on", server.sockets[0].getsockname(), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
