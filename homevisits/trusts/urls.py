"""Addresses of policies and of schools."""

from django.urls import path

from homevisits.trusts.views import comparing, drafting, opening, rows, schools, versions

urlpatterns = [
    path("policy/", versions.policies, name="policy_list"),
    path("policy/new/", opening.open_new, name="policy_new"),
    path("policy/compare/", comparing.compare, name="policy_compare"),
    path("policy/<int:pk>/", versions.version, name="policy_version"),
    path("policy/<int:pk>/changes/", versions.changes, name="policy_changes"),
    path("policy/<int:pk>/draft/", opening.open_copy, name="policy_draft"),
    path("policy/<int:pk>/lift/", drafting.lift, name="policy_lift"),
    path("policy/<int:pk>/impact/", drafting.impact, name="policy_impact"),
    path("policy/<int:pk>/publish/", drafting.publish, name="policy_publish"),
    path("policy/<int:pk>/published/", drafting.published, name="policy_published"),
    path("policy/<int:pk>/discard/", drafting.discard, name="policy_discard"),
    path("policy/<int:pk>/edit/<slug:section>/", drafting.edit, name="policy_edit"),
    path("policy/<int:pk>/<slug:rows>/new/", rows.add, name="policy_row_add"),
    path("policy/<int:pk>/<slug:rows>/<int:row>/", rows.change, name="policy_row"),
    path("policy/<int:pk>/<slug:rows>/<int:row>/remove/", rows.remove, name="policy_row_remove"),
    path("policy/<int:pk>/<slug:rows>/<int:row>/move/", rows.move, name="policy_row_move"),
    path("policy/<int:pk>/<slug:rows>/<int:row>/restore/", rows.restore, name="policy_row_restore"),
    path("schools/<slug:slug>/", schools.school, name="school_page"),
    path("schools/<slug:slug>/hours/", schools.hours, name="school_hours"),
    path("schools/<slug:slug>/<slug:kind>/new/", schools.add_span, name="school_span_add"),
    path("schools/<slug:slug>/<slug:kind>/<int:pk>/", schools.change_span, name="school_span"),
    path("schools/<slug:slug>/<slug:kind>/<int:pk>/remove/", schools.remove_span, name="school_span_remove"),
]
