"""Addresses of what was sent."""

from django.urls import path

from homevisits.notices import phone_views, views

urlpatterns = [
    path("notices/", views.inbox, name="notices"),
    path("notices/read/", views.read_all, name="notices_read"),
    path("notices/sent/", views.sent, name="notices_sent"),
    path("notices/log/", views.log, name="notices_log"),
    path("notices/messages/", views.kept, name="messages_kept"),
    path("notices/phone/", phone_views.page, name="notices_phone"),
    path("notices/phone/on/", phone_views.switch_on, name="notices_phone_on"),
    path("notices/phone/test/", phone_views.test, name="notices_phone_test"),
    path("notices/phone/<int:pk>/off/", phone_views.switch_off, name="notices_phone_off"),
    path("notices/<uuid:key>/read/", views.read, name="notice_read"),
]
