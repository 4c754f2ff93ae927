"""Every address of the product. Each app brings its own list."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("homevisits.look.urls")),
    path("", include("homevisits.trusts.urls")),
    path("", include("visits.urls")),
]
