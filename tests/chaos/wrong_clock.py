"""Runs a program with a clock that is wrong: `python -m tests.chaos.wrong_clock -3600 manage.py sentinel`.

Everything in Python that reads the machine's time reads it so many seconds off; the monotonic clock, which
nobody can set, stays. No other program is needed for it.
"""

import copyreg
import datetime as dt
import runpy
import sys
import time

Real = dt.datetime


class Meta(type):
    """What was made before, or in C, still counts as a datetime."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Real)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, Real)


def put_wrong(by: float) -> None:
    """Set this process's clocks off by so many seconds, for good."""
    off = dt.timedelta(seconds=by)
    seconds, nanoseconds = time.time, time.time_ns

    class Wrong(Real, metaclass=Meta):
        def __new__(cls, *args, **more):  # type: ignore[no-untyped-def]
            return Real(*args, **more)

        @classmethod
        def now(cls, tz=None):  # type: ignore[no-untyped-def]
            return Real.now(tz) + off

        @classmethod
        def utcnow(cls):  # type: ignore[no-untyped-def]
            return cls.now(dt.UTC).replace(tzinfo=None)

        @classmethod
        def today(cls):  # type: ignore[no-untyped-def]
            return cls.now()

    # A pickle names the class, and must find this one.
    Wrong.__module__, Wrong.__qualname__, Wrong.__name__ = "datetime", "datetime", "datetime"
    copyreg.pickle(Real, lambda at: (Wrong, (*at.timetuple()[:6], at.microsecond, at.tzinfo)))
    time.time, time.time_ns = lambda: seconds() + by, lambda: nanoseconds() + int(by * 1e9)
    dt.datetime = Wrong  # type: ignore[misc]


if __name__ == "__main__":
    put_wrong(float(sys.argv[1]))
    sys.argv = sys.argv[2:]
    if sys.argv[0] == "-m":
        sys.argv = sys.argv[1:]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")
