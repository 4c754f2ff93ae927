"""The heartbeat that every page asks for, and the page that shows every part of the look."""

from django.urls import path

from homevisits.look import installing, views

urlpatterns = [
    path("heartbeat/", views.heartbeat, name="heartbeat"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("worker.js", installing.worker, name="worker"),
    path("brand/<slug:colour>.css", views.brand, name="brand"),
    path("look/", views.look, name="look"),
    path("look/<slug:page>/", views.look, name="look_page"),
]
