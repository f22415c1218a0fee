"""A queue before approvers, played through by SimPy: waiting times and how busy they are."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.life_table import Numbers

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Load:
    """What comes to the approvers in one replication, in hours: moments of arrival in order, and hours of work each."""

    arrivals: Numbers
    services: Numbers


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one replication: mean, median and 90th percentile of the wait in hours, and the share of time busy.

    NaN waits where nobody came after the warm-up. `waits`, `is_counted` and `is_first` are per arrival, in order.
    """

    mean: float
    median: float
    p90: float
    busy: float
    waits: Numbers
    is_counted: Flags
    is_first: Flags


def poisson_load(random: np.random.Generator, rate: float, hours: float, service: float, variation: float) -> Load:
    """Return arrivals at a constant `rate` per hour over `hours`, with gamma services of that mean and variation.

    `variation` is the coefficient of variation: 0 for always the same, 1 for exponential.
    """
    n = int(random.poisson(rate * hours))
    arrivals = np.sort(random.random(n)) * hours
    if variation == 0:
        return Load(arrivals, np.full(n, service))
    shape = variation**-2
    return Load(arrivals, random.gamma(shape, service / shape, n))


def play(load: Load, servers: int, *, first: Flags | None = None, warm_up: float = 0.0, hours: float) -> Played:
    """Return how the load waits before `servers` who each serve one at a time, without break.

    In order of arrival; those marked `first` go before the others, but nobody is interrupted. Counted are arrivals
    after `warm_up` and the busy time between `warm_up` and `hours`; all are served to the end.
    """
    import simpy  # noqa: PLC0415 -- loaded only when asked for

    environment = simpy.Environment()
    line = simpy.PriorityResource(environment, capacity=servers)
    n = len(load.arrivals)
    is_first = np.zeros(n, bool) if first is None else first
    ranks = np.where(is_first, 0, 1)
    waits = np.zeros(n)
    starts = np.zeros(n)

    def served(place: int) -> "simpy.events.ProcessGenerator":
        with line.request(priority=int(ranks[place])) as turn:
            yield turn
            starts[place] = environment.now
            waits[place] = environment.now - load.arrivals[place]
            yield environment.timeout(load.services[place])

    def source() -> "simpy.events.ProcessGenerator":
        for place in range(n):
            yield environment.timeout(load.arrivals[place] - environment.now)
            environment.process(served(place))

    environment.process(source())
    environment.run()
    waits = np.maximum(waits, 0.0)
    counted = load.arrivals >= warm_up
    work = np.minimum(starts + load.services, hours) - np.maximum(starts, warm_up)
    busy = float(np.maximum(work, 0.0).sum()) / (servers * (hours - warm_up))
    chosen = waits[counted]
    if not len(chosen):
        return Played(np.nan, np.nan, np.nan, busy, waits, counted, is_first)
    median, p90 = np.quantile(chosen, [0.5, 0.9])
    return Played(float(chosen.mean()), float(median), float(p90), busy, waits, counted, is_first)
