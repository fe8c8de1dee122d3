"""What a program prints is lost by nobody who reads it."""

import subprocess
import sys

import pytest

from tests.kit.programs import rest_of


def test_the_rest_has_the_lines_that_came_with_the_first() -> None:
    words = "import sys; print('one\\ntwo'); print('three\\nfour', file=sys.stderr); sys.exit(3)"
    with subprocess.Popen(
        [sys.executable, "-c", words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stderr
        process.wait()
        assert (process.stdout.readline(), process.stderr.readline()) == ("one\n", "three\n")
        assert rest_of(process) == ("two\n", "four\n")
        assert process.returncode == 3


def test_a_program_that_does_not_end_is_ended() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            rest_of(process, 0.01)
        assert process.wait() != 0
