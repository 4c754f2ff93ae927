"""Addresses of alarms, whichever app they belong to."""

from django.urls import path

from homevisits.escalation import views

urlpatterns = [
    path("alarms/<uuid:key>/", views.alarm_page, name="alarm"),
    path("alarms/<uuid:key>/own/", views.own, name="alarm_own"),
    path("alarms/<uuid:key>/let-go/", views.let_go, name="alarm_let_go"),
    path("alarms/<uuid:key>/note/", views.note, name="alarm_note"),
    path("alarms/<uuid:key>/resolve/", views.resolve, name="alarm_resolve"),
]
