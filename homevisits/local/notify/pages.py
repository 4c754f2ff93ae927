"""Pretend phones: every text that would have gone out, by number, and a form to reply."""

import datetime as dt
from collections.abc import Iterable
from html import escape
from zoneinfo import ZoneInfo

from homevisits.local.notify.state import Exchange, Message, Reply, Service

LONDON = ZoneInfo("Europe/London")
STATES = {
    "created": "on its way",
    "sending": "on its way",
    "delivered": "delivered",
    "temporary-failure": "not delivered: the phone is off",
    "permanent-failure": "not delivered: no such number",
    "technical-failure": "not delivered: the network failed",
}
ANSWERS = ("OK", "HELP", "20")


def written(number: str) -> str:
    """447700900112 as people write it."""
    return f"0{number[2:6]} {number[6:]}" if number.startswith("44") else number


def phones(exchange: Exchange) -> str:
    """The whole page."""
    shown = exchange.newest()
    said = "".join(phone(exchange, number, rows) for number, rows in shown.items())
    nothing = "<p>No phone has had a text yet. Texts that the product sends stand here; none goes out.</p>"
    return f"""<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Pretend phones</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/phones.css"></head>
<body><header><h1>Pretend phones</h1><p>Every text that would have gone out, newest first. <a href="/">Look again</a></p></header>
<main>{said or nothing}</main>{first_text(exchange)}</body></html>"""


def wall(at: str) -> str:
    """The time of day at school."""
    return f"{dt.datetime.fromisoformat(at).astimezone(LONDON):%H:%M}"


def phone(exchange: Exchange, number: str, rows: Iterable[Message | Reply]) -> str:
    """One number: its form, its texts."""
    texts = "".join(bubble(exchange.services.get(row.service), row) for row in rows)
    title = escape(written(number))
    return f"""<section class="phone" id="n{escape(number)}" data-number="{escape(number)}" aria-label="Phone {title}">
<h2>{title}</h2>{form(number)}<ol class="texts">{texts}</ol></section>"""


def form(number: str) -> str:
    """Answers at a touch, and free text."""
    quick = "".join(f'<button name="quick" value="{each}">{each}</button>' for each in ANSWERS)
    name = escape(number)
    return f"""<form method="post" action="/reply"><input type="hidden" name="number" value="{name}">
<div class="row">{quick}</div><div class="row"><label class="grow">Reply <input name="text" autocomplete="off"></label><button name="send" value="1">Send</button></div></form>"""


def bubble(service: Service | None, row: Message | Reply) -> str:
    """One text; a reply stands on the other side."""
    at, name = wall(row.created_at), escape(service.name if service else "")
    if isinstance(row, Reply):
        heard = "heard" if row.is_told else "waiting to be fetched"
        return f'<li class="mine"><p>{escape(row.text)}</p><small>{at}, to {name}: {heard}</small></li>'
    state = escape(STATES.get(row.status, row.status))
    late = " class=late" if "failure" in row.status else ""
    return f'<li data-status="{escape(row.status)}"><p>{escape(row.body)}</p><small{late}>{at}, from {name}: {state}</small></li>'


def first_text(exchange: Exchange) -> str:
    """A form for somebody who had no text yet."""
    services = "".join(
        f'<option value="{escape(each.id)}">{escape(each.name)}</option>'
        for each in exchange.services.values()
    )
    if not services:
        return ""
    return f"""<footer><h2>Text from another phone</h2><form method="post" action="/reply">
<div class="row"><label class="grow">From <input name="number" inputmode="tel" placeholder="07700 900112"></label><label class="grow">To <select name="service">{services}</select></label></div>
<div class="row"><label class="grow">Text <input name="text" autocomplete="off"></label><button name="send" value="1">Send</button></div></form></footer>"""
