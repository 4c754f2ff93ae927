# One image for web, worker, beat, sentinel and sender; docker-compose.yml says which runs what.
FROM python:3.13-slim-bookworm

RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin homevisits

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/app/var/static \
    XDG_CACHE_HOME=/tmp/cache
WORKDIR /app

COPY requirements.txt ./
RUN pip install --no-cache-dir --only-binary :all: --no-binary http-ece --require-hashes --requirement requirements.txt

COPY manage.py ./
COPY homevisits homevisits
COPY visits visits
COPY safeguarding safeguarding
COPY attendance attendance
COPY templates templates
COPY static static
# A key for this one step: collectstatic signs nothing.
RUN SECRET_KEY=collectstatic python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q .

USER homevisits
EXPOSE 8000
CMD ["gunicorn", "homevisits.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--graceful-timeout", "20"]
