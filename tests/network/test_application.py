"""The loop's picture of an application is the venue's, and the echo's that tests use."""

import inspect

import pytest

from base.network import application
from base.venue import Outbound, Venue
from tests.kit.echo import Echo, Sent


def methods(kind: type) -> dict[str, list[str]]:
    return {
        name: list(inspect.signature(member).parameters)
        for name, member in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }


@pytest.mark.parametrize("kind", [Venue, Echo])
def test_an_application_has_every_method_with_the_same_parameters(kind: type) -> None:
    wanted, offered = methods(application.Application), methods(kind)
    assert wanted.items() <= offered.items()
    assert len(wanted) == 8


@pytest.mark.parametrize("kind", [Outbound, Sent])
def test_an_outbound_has_every_field(kind: type) -> None:
    wanted = {name for name in dir(application.Outbound) if not name.startswith("_")}
    assert wanted == {"connection", "frames", "close_reason"} <= set(dir(kind))
