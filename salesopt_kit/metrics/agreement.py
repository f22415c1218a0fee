"""What three sources say of a stage, and what they come to together."""

from enum import Enum, auto


class Sign(Enum):
    """What one source says of a stage."""

    POINTS = auto()
    QUIET = auto()
    NOT_ENOUGH = auto()


class Agreement(Enum):
    """What the three sources come to together."""

    ALL = auto()
    PARTLY = auto()
    VOICES_ONLY = auto()
    DATA_ONLY = auto()
    NOTHING = auto()
    NOT_ENOUGH = auto()


def agreement(said: Sign, complained: Sign, measured: Sign) -> Agreement:
    """Return what three sources come to: a contradiction only where the silent side had evidence enough to speak.

    >>> agreement(Sign.QUIET, Sign.POINTS, Sign.QUIET).name
    'VOICES_ONLY'
    """
    voices = (said, complained)
    points = [*voices, measured].count(Sign.POINTS)
    if points == 3:  # noqa: PLR2004 -- there are three sources
        return Agreement.ALL
    if measured is Sign.POINTS:
        if Sign.POINTS in voices:
            return Agreement.PARTLY
        return Agreement.DATA_ONLY if Sign.QUIET in voices else Agreement.NOT_ENOUGH
    if points:
        return Agreement.VOICES_ONLY if measured is Sign.QUIET else Agreement.NOT_ENOUGH
    return Agreement.NOTHING if [*voices, measured].count(Sign.NOT_ENOUGH) <= 1 else Agreement.NOT_ENOUGH
