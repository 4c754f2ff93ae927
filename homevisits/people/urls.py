"""Addresses of staff, pupils, homes, the desk and imports. No name or number of a child is in one."""

from django.urls import path

from homevisits.people.views import accounts, desk, homes, imports, pupils, staff

urlpatterns = [
    path("people/", staff.staff_list, name="people"),
    path("people/staff/new/", accounts.add, name="staff_add"),
    path("people/staff/<int:pk>/", staff.staff_profile, name="staff_profile"),
    path("people/staff/<int:pk>/change/", accounts.change, name="staff_change"),
    path("people/staff/<int:pk>/close/", accounts.close, name="staff_close"),
    path("people/staff/<int:pk>/open/", accounts.reopen, name="staff_reopen"),
    path("people/staff/<int:pk>/roles/new/", accounts.give_role, name="role_give"),
    path("people/staff/<int:pk>/roles/<int:role>/take/", accounts.take_role, name="role_take"),
    path("people/staff/<int:pk>/vehicles/new/", accounts.add_vehicle, name="vehicle_add"),
    path(
        "people/staff/<int:pk>/vehicles/<int:vehicle>/retire/",
        accounts.retire_vehicle,
        name="vehicle_retire",
    ),
    path("people/staff/<int:pk>/checks/new/", accounts.add_clearance, name="clearance_add"),
    path(
        "people/staff/<int:pk>/checks/<int:clearance>/remove/",
        accounts.remove_clearance,
        name="clearance_remove",
    ),
    path("people/staff/<int:pk>/away/new/", accounts.set_away, name="away_set"),
    path("people/staff/<int:pk>/away/<int:away>/end/", accounts.end_away, name="away_end"),
    path("people/pupils/", pupils.pupil_list, name="pupils"),
    path("people/pupils/<int:pk>/", pupils.pupil_page, name="pupil"),
    path("people/pupils/<int:pk>/key-person/", pupils.key_person, name="key_person"),
    path("people/pupils/<int:pk>/contacts/new/", pupils.add_contact, name="contact_add"),
    path("people/contacts/<int:pk>/", pupils.change_contact, name="contact"),
    path("people/contacts/<int:pk>/remove/", pupils.remove_contact, name="contact_remove"),
    path("people/households/<int:pk>/", homes.household, name="household"),
    path("people/households/<int:pk>/change/", homes.change, name="household_change"),
    path("people/households/<int:pk>/warnings/new/", homes.add_warning, name="warning_add"),
    path("people/households/<int:pk>/members/new/", homes.add_member, name="member_add"),
    path("people/warnings/<int:pk>/review/", homes.review_warning, name="warning_review"),
    path("people/warnings/<int:pk>/end/", homes.end_warning, name="warning_end"),
    path("people/members/<int:pk>/remove/", homes.remove_member, name="member_remove"),
    path("people/duty/", desk.duty, name="desk_duty"),
    path("people/duty/new/", desk.stand_in, name="stand_in_add"),
    path("people/duty/<int:pk>/end/", desk.end_stand_in, name="stand_in_end"),
    path("people/import/", imports.imports, name="imports"),
    path("people/import/template/<slug:kind>.csv", imports.template, name="import_template"),
    path("people/import/<int:pk>/", imports.one_import, name="import"),
    path("people/import/<int:pk>/columns/", imports.columns, name="import_columns"),
    path("people/import/<int:pk>/errors.csv", imports.problems, name="import_problems"),
    path("people/import/<int:pk>/confirm/", imports.confirm, name="import_confirm"),
    path("people/import/<int:pk>/drop/", imports.drop, name="import_drop"),
]
