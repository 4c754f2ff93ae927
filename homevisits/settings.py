"""Settings of Home Visits, all from the environment; docs/running.md says what each does."""

from pathlib import Path

import bootstrap_wrapper
import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from kombu import Queue

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- What kind of run this is ---------------------------------------------------------------
# production (the default: whoever forgets to say gets the strict one), demo, development, test.
MODE = env.str("HOMEVISITS_MODE", default="production")
if MODE not in {"production", "demo", "development", "test"}:
    raise ImproperlyConfigured(f"HOMEVISITS_MODE is {MODE!r}; choose production, demo, development or test.")
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"
DEBUG = MODE == "development"
DEMO_PASSWORD = "home-visits-demo"  # noqa: S105  (printed for newcomers; refused outside demo mode)

LOCAL_SECRET = "not-a-secret-" * 4
SECRET_KEY = env.str("SECRET_KEY", default="" if PRODUCTION or DEMO else LOCAL_SECRET)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Opens code words, notes and the keys of PINs in the database; kept apart from SECRET_KEY, which may be changed at will.
FIELD_KEY = env.str("FIELD_KEY", default="" if PRODUCTION or DEMO else LOCAL_SECRET)
# Older keys, which still open what `manage.py rotatekeys` has not sealed again.
FIELD_KEY_FALLBACKS = env.list("FIELD_KEY_FALLBACKS", default=[])

# --- Where it lives -------------------------------------------------------------------------
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
# Links in messages are built from this and never from a request's Host header.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list(
    "CSRF_TRUSTED_ORIGINS", default=[SITE_URL] if SITE_URL.startswith("https://") else []
)
ROOT_URLCONF = "homevisits.urls"
WSGI_APPLICATION = "homevisits.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "homevisits.look",  # before crispy_bootstrap5, whose field templates it replaces
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "allauth",
    "allauth.account",
    "lucide",
    "localflavor",
    "phonenumber_field",
    "homevisits.audit",
    "homevisits.trusts",
    "homevisits.people",
    "homevisits.notices",
    "homevisits.escalation",
    "homevisits.upkeep",
    "homevisits.local",
    "visits",
    "safeguarding",
    "attendance",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "homevisits.middleware.no_store",
    "homevisits.middleware.read_once",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "homevisits.look.context.house",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Database: the truth ----------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def postgres_options() -> str:
    """Limits for every connection, in seconds: nothing may hold a lock that a sweep waits for."""
    limits = {
        "statement_timeout": env.int("DATABASE_STATEMENT_TIMEOUT", default=20),
        "lock_timeout": env.int("DATABASE_LOCK_TIMEOUT", default=5),
        "idle_in_transaction_session_timeout": env.int("DATABASE_IDLE_TIMEOUT", default=10),
    }
    return " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items())


if env.str("DATABASE_URL", default=""):
    database = env.db("DATABASE_URL")
    database.setdefault("OPTIONS", {})
    # A socket's folder is written as libpq does: postgres://user@/name?host=/var/run/postgresql
    database["HOST"] = database["OPTIONS"].pop("host", database["HOST"])
    database["OPTIONS"] |= {"options": postgres_options(), "connect_timeout": 5}
    database |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
else:
    # Answers the first query with a sentence that says what to do.
    database = {"ENGINE": "homevisits.local.no_database", "NAME": "homevisits"}
DATABASES = {"default": database}
# Counts of failed sign-ins live in PostgreSQL: losing Valkey must open nothing.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "homevisits_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

# --- Celery: moves deadlines on, is never their only path ---------------------------------------
# No results, no eta and no countdown: what must happen is a row in PostgreSQL.
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
# Celery's words for a socket (unix:///path?db=1) are its own.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
# Papers take seconds each, so they wait in a queue of their own and never before the timers.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("papers")]
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_ROUTES = {
    "visits.tasks.make_document": {"queue": "papers"},
    "homevisits.upkeep.tasks.make_edition": {"queue": "papers"},
}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 50
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 5000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "socket_connect_timeout": 3,
    "socket_timeout": 10,
    # A page that hands a task over must not wait for a broker that is away.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_TIMEZONE = "UTC"
# A tick that could not be taken within two seconds is worth nothing: the next is on its way.
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "homevisits.escalation.tasks.sweep",
        "schedule": 1.0,
        "options": {"expires": 2},
    },
    "upkeep": {
        "task": "homevisits.upkeep.tasks.keep_everything",
        "schedule": crontab(hour="5", minute="45"),
        "options": {"expires": 12 * 3600},
    },
    "drills": {
        "task": "visits.tasks.plan_drills",
        "schedule": crontab(hour="5", minute="55"),
        "options": {"expires": 12 * 3600},
    },
    "propose": {
        "task": "attendance.tasks.propose_visits",
        "schedule": crontab(hour="6", minute="30"),
        "options": {"expires": 12 * 3600},
    },
    "deliver": {
        "task": "homevisits.notices.tasks.deliver",
        "schedule": 1.0,
        "options": {"expires": 2},
    },
    "follow": {
        "task": "homevisits.notices.tasks.follow",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
}

# --- Signing in -----------------------------------------------------------------------------
AUTH_USER_MODEL = "people.Staff"
AUTHENTICATION_BACKENDS = ["homevisits.people.signin.SignIn"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "homevisits.people.signin.DemoPasswordValidator"},
]
ACCOUNT_ADAPTER = "homevisits.people.signin.ClosedAccounts"
ACCOUNT_FORMS = {
    "login": "homevisits.look.account.SignInForm",
    "reset_password": "homevisits.look.account.ForgottenForm",
    "reset_password_from_key": "homevisits.look.account.NewPasswordForm",
    "change_password": "homevisits.look.account.ChangePasswordForm",
    "reauthenticate": "homevisits.look.account.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by the trust, from its own records
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_URL.partition(":")[0]
# By account, never by address alone: a whole school signs in from one address at 08:50.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "10/5m/key",
    "reset_password": "5/5m/key",
    "reset_password_from_key": None,
    "signup": None,
}

# A working day and the evening after it: nobody is signed out at the kerb.
SESSION_COOKIE_AGE = 14 * 60 * 60
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

# --- The wire -------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],  # Bootstrap's own arrows and ticks are data: pictures
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "worker-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
}
if PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=365 * 24 * 60 * 60)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = False
    if env.bool("BEHIND_PROXY", default=True):
        # The proxy must set this header itself and drop one that a browser sends.
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# W021: a school's host name is not one that a browser maker's list would take.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- Language, time, files --------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "GB"
STATIC_URL = "static/"
# Elsewhere than in production files are served from where they lie, without collectstatic.
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static")) if PRODUCTION else None
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", bootstrap_wrapper.get_bootstrap_dir()),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

# --- E-mail: kept in the database unless a mail server is named ---------------------------------
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Home Visits <home-visits@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
if env.str("EMAIL_URL", default=""):
    mail = env.email_url("EMAIL_URL")
    MAILERS = {
        "default": {
            "BACKEND": mail["EMAIL_BACKEND"],
            "OPTIONS": {
                "host": mail["EMAIL_HOST"],
                "port": mail["EMAIL_PORT"],
                "username": mail["EMAIL_HOST_USER"] or "",
                "password": mail["EMAIL_HOST_PASSWORD"] or "",
                "use_tls": mail.get("EMAIL_USE_TLS", False),
                "use_ssl": mail.get("EMAIL_USE_SSL", False),
                "timeout": 10,
            },
        },
    }
else:
    MAILERS = {"default": {"BACKEND": "homevisits.notices.mail.KeptInDatabase"}}

# --- Texts and calls: a trust's own account at GOV.UK Notify stands in the database ------------
NOTIFY_URL = env.str("NOTIFY_URL", default="https://api.notifications.service.gov.uk")
NOTIFY_STATE = env.str("NOTIFY_STATE", default="")  # what the demo's pretend Notify keeps
# A function that sees to it that somebody is rung; docs/running.md says what it is given.
VOICE_BACKEND = env.str("VOICE_BACKEND", default="homevisits.notices.calling.ask_somebody")
# --- Alerts on phones: none without a key (manage.py vapidkeys) -----------------------------------
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
VAPID_SUBJECT = env.str(
    "VAPID_SUBJECT", default=f"mailto:home-visits@{SITE_URL.partition('://')[2].partition(':')[0]}"
)

# --- Watching the watcher ------------------------------------------------------------------------
# Both are secrets: whoever has the first can silence the outside watcher, the second shows counts.
PING_URL = env.str("PING_URL", default="")
if PING_URL and not PING_URL.startswith(("https://", "http://")):
    raise ImproperlyConfigured("PING_URL is not an address: it begins with https://.")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# --- Logging: what happened, never to whom ------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "homevisits.logs.WithoutValues"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}},
}
