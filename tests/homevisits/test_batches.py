"""What a batch reads once and writes together."""

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from homevisits.batches import later, once, one_batch, settle
from homevisits.middleware import read_once

WRITTEN: list[list[int]] = []


def write(rows: list[int]) -> None:
    WRITTEN.append(rows)


def test_rows_wait_for_the_end_only_where_a_batch_gathers() -> None:
    WRITTEN.clear()
    later(write, [1])
    with one_batch() as batch:
        later(write, [2])
        with batch.gathering():
            later(write, [3])
            later(write, [4, 5])
            assert WRITTEN == [[1], [2]]
            settle()
            later(write, [6])
        batch.write()
    settle()
    assert WRITTEN == [[1], [2], [3, 4, 5], [6]]


def test_what_a_broken_batch_gathered_is_never_written() -> None:
    WRITTEN.clear()
    try:
        with one_batch() as batch, batch.gathering():
            later(write, [1])
            raise LookupError
    except LookupError:
        pass
    later(write, [2])
    assert WRITTEN == [[2]]


def test_a_batch_reads_once_and_the_next_one_anew() -> None:
    answers = iter(range(9))
    ask = [lambda: once("key", lambda: next(answers))] * 2
    assert [one() for one in ask] == [0, 1]
    with one_batch():
        assert [one() for one in ask] == [2, 2]
    with one_batch():
        assert [one() for one in ask] == [3, 3]


def test_a_page_asks_once_and_a_form_each_time() -> None:
    asked: list[str] = []

    def answer(request: HttpRequest) -> HttpResponse:
        for _ in range(2):
            once("who answers", lambda: asked.append(str(request.method)))
        return HttpResponse()

    for method in ("get", "head", "post"):
        read_once(answer)(getattr(RequestFactory(), method)("/"))
    assert asked == ["GET", "HEAD", "POST", "POST"]
