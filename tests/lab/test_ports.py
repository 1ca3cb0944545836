"""The ports that tests give to their servers."""

import subprocess
import sys

from lab.ports import free_ports, is_free

_DRAW = "from lab.ports import free_ports; print(*free_ports('abcdefgh').values(), flush=True); input()"


def test_processes_that_run_at_once_draw_different_ports() -> None:
    others = [
        subprocess.Popen(
            [sys.executable, "-c", _DRAW],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": "scripts"},
            text=True,
        )
        for _ in range(3)
    ]
    drawn = [list(free_ports("abcdefgh").values())]
    for other in others:
        assert other.stdout is not None
        drawn.append([int(port) for port in other.stdout.readline().split()])
    for other in others:
        other.communicate("\n")
    assert len({port // 500 for ports in drawn for port in ports}) == len(drawn)
    assert all(is_free(port) for ports in drawn for port in ports)


def test_a_port_is_not_drawn_again_soon() -> None:
    drawn = [free_ports(["one"])["one"] for _ in range(100)]
    assert len(set(drawn)) == len(drawn)
