"""Addresses of what was sent, of the text account, and those that Notify calls."""

from django.urls import path

from homevisits.notices.views import callbacks, calls, lists, phones, received, texts

urlpatterns = [
    path("notices/", lists.inbox, name="notices"),
    path("notices/read/", lists.read_all, name="notices_read"),
    path("notices/sent/", lists.sent, name="notices_sent"),
    path("notices/log/", lists.log, name="notices_log"),
    path("notices/messages/", lists.kept, name="messages_kept"),
    path("notices/<uuid:key>/read/", lists.read, name="notice_read"),
    path("notices/texts/", texts.account, name="texts"),
    path("notices/texts/token/", texts.token, name="texts_token"),
    path("notices/texts/test/", texts.test, name="texts_test"),
    path("notices/received/<int:pk>/", received.text, name="received_text"),
    path("notices/calls/<uuid:key>/", calls.report, name="call_report"),
    path("notices/notify/<uuid:account>/receipt/", callbacks.receipt, name="notify_receipt"),
    path("notices/notify/<uuid:account>/text/", callbacks.text, name="notify_text"),
    path("notices/phone/", phones.page, name="notices_phone"),
    path("notices/phone/on/", phones.switch_on, name="notices_phone_on"),
    path("notices/phone/test/", phones.test, name="notices_phone_test"),
    path("notices/phone/<int:pk>/off/", phones.switch_off, name="notices_phone_off"),
]
