"""Addresses of what stands beside the policy, and of the policy for parents."""

from django.urls import path

from homevisits.upkeep.views import public, reading, schools, trust

urlpatterns = [
    path("policy/reading/", reading.mine, name="reading"),
    path("policy/reading/overdue/", reading.overdue, name="reading_overdue"),
    path("policy/reading/overdue.csv", reading.overdue_file, name="reading_overdue_file"),
    path("policy/<int:pk>/words/", reading.words, name="policy_words"),
    path("policy/<int:pk>/read/", reading.read, name="policy_read"),
    path("policy/<int:pk>/tell/", reading.tell, name="policy_tell"),
    path("policy/<int:pk>/review/", trust.review, name="policy_review"),
    path("policy/laws/", trust.laws, name="laws"),
    path("policy/laws/new/", trust.add_law, name="law_add"),
    path("policy/laws/<int:pk>/", trust.change_law, name="law"),
    path("policy/laws/<int:pk>/remove/", trust.remove_law, name="law_remove"),
    path("policy/insurance/", trust.insurance, name="insurance"),
    path("policy/insurance/new/", trust.add_insurance, name="insurance_add"),
    path("policy/website/", trust.where_published, name="policy_website"),
    path("policy/website/trust/", trust.details, name="trust_details"),
    path("schools/<slug:slug>/details/", schools.details, name="school_details"),
    path("schools/<slug:slug>/papers/new/", schools.add_paper, name="paper_add"),
    path("schools/<slug:slug>/papers/<int:pk>/", schools.paper, name="paper"),
    path("schools/<slug:slug>/papers/<int:pk>/retire/", schools.retire_paper, name="paper_retire"),
    path("schools/<slug:slug>/infection/new/", schools.start_overlay, name="overlay_add"),
    path("schools/<slug:slug>/infection/<int:pk>/end/", schools.end_overlay, name="overlay_end"),
    path("policies/<slug:trust>/", public.policy, name="public_policy"),
    path("policies/<slug:trust>/policy.pdf", public.pdf, name="public_policy_pdf"),
    path("policies/<slug:trust>/<slug:school>/", public.policy, name="public_school_policy"),
    path("policies/<slug:trust>/<slug:school>/policy.pdf", public.pdf, name="public_school_policy_pdf"),
]
