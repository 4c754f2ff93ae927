"""Every address of the product. Each app brings its own list."""

from django.urls import include, path

from homevisits import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("", include("homevisits.look.urls")),
    path("", include("homevisits.upkeep.urls")),  # before the trusts', whose addresses take any word
    path("", include("homevisits.trusts.urls")),
    path("", include("homevisits.people.urls")),
    path("", include("homevisits.notices.urls")),
    path("", include("homevisits.escalation.urls")),
    path("", include("visits.urls")),
    path("", include("safeguarding.urls")),
    path("", include("attendance.urls")),
]

handler500 = "visits.views.failing.server_error"
