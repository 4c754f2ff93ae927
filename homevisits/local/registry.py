"""What fills an empty demo: upper floors add their own loader in AppConfig.ready()."""

from collections.abc import Callable

from django.core.management.base import OutputWrapper

Loader = Callable[[OutputWrapper], None]

# Run in this order, once, by `manage.py prepare --examples` when there is no trust yet.
LOADERS: list[Loader] = []
