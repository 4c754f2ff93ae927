"""Every address of the product. Each app brings its own list."""

from django.urls import include, path

from homevisits import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("", include("homevisits.look.urls")),
    path("", include("homevisits.trusts.urls")),
    path("", include("homevisits.people.urls")),
    path("", include("visits.urls")),
]
