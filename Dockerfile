# Two targets: `serve`, the HTTP service alone (the default), and `jobs`, which can train and audit.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS base
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="microscore" \
      org.opencontainers.image.description="Credit scoring for microfinance institutions" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
# LightGBM needs the OpenMP runtime; the home folder belongs to the numeric user of the service.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/* \
 && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/microscore
ENV PATH=/opt/microscore/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MICROSCORE_HOME=/var/lib/microscore \
    HOME=/var/lib/microscore \
    TMPDIR=/tmp \
    DO_NOT_TRACK=1
WORKDIR /var/lib/microscore

FROM base AS build
# The compiler is for the kernel that explains scores; it stays out of the final images.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends gcc libc6-dev \
 && rm -rf /var/lib/apt/lists/*
RUN pip install --quiet --no-cache-dir --root-user-action=ignore 'uv>=0.13,<0.14'
WORKDIR /src
COPY pyproject.toml uv.lock README.md LICENSE ./
COPY api api
COPY data data
COPY drift drift
COPY fairness fairness
COPY scoring scoring
COPY deploy/image deploy/image

FROM build AS build-serve
RUN deploy/image/install.sh serve /opt/microscore

FROM build AS build-jobs
RUN deploy/image/install.sh jobs /opt/microscore

FROM base AS jobs
COPY --from=build-jobs /opt/microscore /opt/microscore
ENV NUMBA_CACHE_DIR=/tmp
USER 10001:10001
VOLUME ["/var/lib/microscore"]
ENTRYPOINT ["microscore"]
CMD ["--help"]

FROM base AS serve
COPY --from=build-serve /opt/microscore /opt/microscore
COPY deploy/image/healthcheck.py /opt/healthcheck.py
# One row is scored fastest by one thread.
ENV OMP_NUM_THREADS=1
USER 10001:10001
VOLUME ["/var/lib/microscore"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-I", "/opt/healthcheck.py", "8000"]
CMD ["microscore", "serve", "--host", "0.0.0.0", "--port", "8000"]
