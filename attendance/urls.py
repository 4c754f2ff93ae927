"""Attendance's addresses."""

from django.urls import path

from attendance import views

urlpatterns = [
    path("attendance/", views.worklist, name="attendance"),
    path("attendance/proposals/<int:pk>/ask/", views.ask, name="proposal_ask"),
    path("attendance/proposals/<int:pk>/waive/", views.waive, name="proposal_waive"),
    path("attendance/agreements/", views.agreements, name="agreements"),
    path("attendance/agreements/<int:pk>/", views.agreement, name="agreement"),
]
