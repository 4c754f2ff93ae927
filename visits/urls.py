"""The visit's addresses, one line a screen."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
