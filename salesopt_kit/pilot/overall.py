"""The verdict on a pilot as a whole, from the verdicts on its figures, and what to do next."""

from dataclasses import dataclass

from salesopt_kit.locale import _
from salesopt_kit.pilot.advice import advice, headline
from salesopt_kit.pilot.judge import Judged, together
from salesopt_kit.terms import HonestVerdict, NextStep, PilotAnswer


@dataclass(frozen=True, slots=True)
class Overall:
    """The verdict of the pilot, the next step, why, and the weakest link; three sentences say it to anybody."""

    verdict: HonestVerdict
    step: NextStep
    why: str
    weakest: str
    advice: str
    """The next step, as one sentence."""
    headline: str
    """What the pilot came to, as one sentence."""


def overall(judged: tuple[Judged, ...], broken: tuple[str, ...] = ()) -> Overall:
    """Return the verdict on the whole: that of the primary figure (the first), unless another one was harmed.

    `broken` names guardrails that broke, which is harm too. One figure alone decides, so judging several at once does
    not raise the chance of a false "met with evidence".
    """
    primary = judged[0]
    harmed = (*(one.label for one in judged if one.verdict is HonestVerdict.HARM), *broken)
    if harmed:
        said = _("{names} got worse, more than chance explains.").format(names=_(", ").join(dict.fromkeys(harmed)))
        step = NextStep.STOP
        return Overall(HonestVerdict.HARM, step, said, primary.weakest, advice(step, judged), said)
    said = _("{label} decides, as the plan has it. {why}").format(label=primary.label, why=together(primary.reasons))
    step = next_step(judged)
    return Overall(primary.verdict, step, said, primary.weakest, advice(step, judged), headline(primary))


def next_step(judged: tuple[Judged, ...]) -> NextStep:
    """Return what to do next where nothing was harmed."""
    primary = judged[0]
    if primary.verdict is HonestVerdict.WITH_EVIDENCE:
        is_clean = not any(check.is_failed for check in primary.checks)
        is_whole = all(one.verdict is HonestVerdict.WITH_EVIDENCE for one in judged)
        return NextStep.ROLL_OUT if is_clean and is_whole else NextStep.WATCH
    if primary.settles.until:
        return NextStep.WAIT
    if primary.verdict is HonestVerdict.NOT_MET or primary.changed is PilotAnswer.NO:
        return NextStep.REDESIGN
    open_ = primary.settles
    if open_.is_again:
        return NextStep.REPEAT
    if open_.weeks is not None or open_.units is not None or open_.is_longer:
        return NextStep.EXTEND
    # The gain is real, and only on which side of the target it ends stays open: no data within reason would tell.
    return NextStep.WATCH if primary.changed is PilotAnswer.YES else NextStep.REDESIGN


def holm_factors(ps: list[float | None], *, is_first_apart: bool = True) -> list[float]:
    """Return what each p is multiplied by: the first (primary) by 1, the others by Holm's step-down (Holm 1979).

    A factor keeps the order of the adjusted values, so that p times factor is Holm's adjusted p. Without
    `is_first_apart` the first is one of them, as it is for harm: the primary figure alone may make the pilot a success,
    but any figure may make it harm.

    >>> holm_factors([0.04, 0.01, 0.02])
    [1.0, 2.0, 1.0]
    >>> holm_factors([0.04, 0.01, 0.02], is_first_apart=False)
    [1.0, 3.0, 2.0]
    """
    factors = [1.0] * len(ps)
    others = sorted((p, place) for place, p in enumerate(ps) if (place or not is_first_apart) and p is not None)
    highest = 0.0
    for rank, (p, place) in enumerate(others):
        highest = max(highest, (len(others) - rank) * p)
        factors[place] = highest / p if p > 0 else 1.0
    return factors
