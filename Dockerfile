# Stage one builds the wheel, stage two installs it; there is no second way in.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE constraints.txt scheduler.py ./
COPY publisher publisher
COPY feeds feeds
COPY templates templates
COPY translations translations
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.12-slim
# ffmpeg: sound out of videos, even loudness, small versions for slow lines.
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1000 publisher && mkdir /data && chown publisher /data
COPY --from=build /wheels /wheels
COPY constraints.txt /
RUN pip install --no-cache-dir -c /constraints.txt "$(ls /wheels/publisher-*.whl)[postgres]" && rm -r /wheels /constraints.txt
USER publisher
ENV PUBLISHER_DATA_DIR=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
# `init` is harmless when everything is there: it brings the schema up to date and prints the first owner's link while
# there is no owner.
CMD ["sh", "-c", "publisher init && exec publisher serve --host 0.0.0.0 --port 8000"]
