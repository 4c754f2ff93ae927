"""The visit's addresses, one line a screen."""

from django.urls import path

from visits.views import board

urlpatterns = [
    path("board/", board.page, name="board"),
    path("board/rows/", board.rows, name="board_rows"),
]
