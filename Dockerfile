# One image for every process; the command says which: web, worker, beat, flower (see Procfile).
FROM debian:12.12-slim

# No versions: the newest of Debian stable, for the security updates of Chromium above all.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      chromium chromium-driver fonts-liberation fonts-noto-color-emoji python3 python3-venv tini util-linux \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 whatsapp

WORKDIR /app
COPY requirements-build.txt requirements.txt ./
RUN python3 -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements-build.txt \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes --no-build-isolation -r requirements.txt
COPY pyproject.toml setup.cfg README.md LICENSE celeryconfig.py ./
COPY whatsapp_tasks whatsapp_tasks
COPY webapp webapp
COPY whatsapp_simulator whatsapp_simulator
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOME=/data \
    WHATSAPP_DATA_DIR=/data \
    WHATSAPP_WEB_HOST=0.0.0.0 \
    WHATSAPP_FLOWER_HOST=0.0.0.0
# A volume gets the owner of the folder that it covers.
RUN install -d -o whatsapp /data /data/evidence /data/objects
VOLUME /data
USER 10001

# tini reaps what Chromium leaves behind and hands signals on.
ENTRYPOINT ["tini", "--", "whatsapp-tasks"]
CMD ["web"]
EXPOSE 8080
