"""Addresses of what was sent."""

from django.urls import path

from homevisits.notices import views

urlpatterns = [
    path("notices/", views.inbox, name="notices"),
    path("notices/read/", views.read_all, name="notices_read"),
    path("notices/sent/", views.sent, name="notices_sent"),
    path("notices/log/", views.log, name="notices_log"),
    path("notices/messages/", views.kept, name="messages_kept"),
    path("notices/<uuid:key>/read/", views.read, name="notice_read"),
]
