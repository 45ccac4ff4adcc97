# tasksync as an image: the service, as user 10001, on a tree that it can not write, with one volume for its store.
#
#   docker build -t tasksync .
#   docker run -v ./tasksync.toml:/etc/tasksync/tasksync.toml:ro -v tasksync:/var/lib/tasksync --read-only tasksync
#
# BASE is any image with Python 3.11 or newer as `python3`, its venv, and a Debian's useradd.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /src
COPY requirements.lock ./
RUN python3 -m venv /opt/tasksync && /opt/tasksync/bin/python -m pip install --quiet --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY connectors connectors
COPY sync sync
RUN /opt/tasksync/bin/python -m pip install --quiet --no-deps --no-build-isolation . \
    && /opt/tasksync/bin/python -m pip uninstall --quiet --yes pip setuptools

FROM ${BASE}
LABEL org.opencontainers.image.title="tasksync" \
      org.opencontainers.image.description="Keeps the same tasks in agreement across task systems" \
      org.opencontainers.image.licenses="MIT"
# Not "sync": Debian has a user of that name.
RUN groupadd --gid 10001 tasksync \
    && useradd --no-log-init --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin tasksync \
    && install -d -o tasksync -g tasksync -m 700 /var/lib/tasksync \
    && install -d -m 755 /etc/tasksync
COPY --from=build /opt/tasksync /opt/tasksync
# STATE_DIRECTORY is where a relative path of the store begins.
# PYTHONMALLOC, MALLOC_MMAP_THRESHOLD_: what a cycle took is given back to the system; by itself, either allocator keeps some.
ENV PATH=/opt/tasksync/bin:$PATH STATE_DIRECTORY=/var/lib/tasksync PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PYTHONMALLOC=malloc MALLOC_MMAP_THRESHOLD_=65536
WORKDIR /var/lib/tasksync
VOLUME /var/lib/tasksync
USER 10001:10001
EXPOSE 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python3", "-I", "-m", "sync.health", "http://127.0.0.1:9464/healthz"]
ENTRYPOINT ["tasksync"]
CMD ["run", "--config", "/etc/tasksync/tasksync.toml"]
