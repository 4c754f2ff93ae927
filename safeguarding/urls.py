"""Safeguarding's addresses; a concern goes by its UUID and nothing that says whom it is about."""

from django.urls import path

from safeguarding import views

urlpatterns = [
    path("safeguarding/", views.concerns, name="concerns"),
    path("safeguarding/new/", views.new, name="concern_new"),
    path("safeguarding/<uuid:uuid>/", views.concern, name="concern"),
    path("safeguarding/<uuid:uuid>/received/", views.received, name="concern_received"),
]
