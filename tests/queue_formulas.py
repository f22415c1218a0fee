"""Waiting in line, in closed form: Erlang's many servers and Pollaczek and Khinchine's one."""

import math


def erlang_c(load: float, servers: int) -> float:
    """Return the chance to wait in M/M/c: `load` is arrivals x mean service, below `servers` (Erlang 1917)."""
    if load >= servers:
        return 1.0
    blocked = 1.0  # Erlang B by its recursion, which does not overflow
    for server in range(1, servers + 1):
        blocked = load * blocked / (server + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def mean_wait(rate: float, service: float, servers: int) -> float:
    """Return the mean wait in line of M/M/c, in the unit of `service`; infinite where too much arrives."""
    load = rate * service
    if load >= servers:
        return math.inf
    return erlang_c(load, servers) * service / (servers - load)


def mean_wait_one_server(rate: float, service: float, variation: float) -> float:
    """Return the mean wait in line of M/G/1 (Pollaczek 1930, Khinchine 1932).

    `variation` is the coefficient of variation of the service time: 0 for always the same, 1 for exponential.
    """
    load = rate * service
    if load >= 1:
        return math.inf
    return load * service * (1 + variation**2) / (2 * (1 - load))
