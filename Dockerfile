# Two stages: what builds stays behind. See docs/containers.md.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
# "cpu", or the CUDA of your driver as uv names it (cu126, …); empty: whatever torch pip finds.
ARG TORCH_BACKEND=cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/tapehead && python -m venv /opt/build
ENV PATH=/opt/tapehead/bin:$PATH
COPY constraints.txt requirements.lock torch.lock build.lock bundled.txt ./
COPY .ci/uv.txt .ci/install-torch .ci/
# Everything but our own code: this layer stays when only that changes.
# Each file is checked against its hash, but torch where it is built for one backend (torch.lock).
RUN set -e; \
    checked="install -q --no-deps --require-hashes"; \
    pip $checked -r requirements.lock; \
    pip $checked -r bundled.txt; \
    /opt/build/bin/pip $checked -r build.lock; \
    if [ -n "$TORCH_BACKEND" ]; then \
        /opt/build/bin/pip $checked -r .ci/uv.txt; \
        /opt/build/bin/uv pip install -q --no-cache --python /opt/tapehead/bin/python \
            --torch-backend "$TORCH_BACKEND" -c constraints.txt torch; \
    else \
        sh .ci/install-torch python; \
    fi
COPY pyproject.toml README.md LICENSE ./
COPY app ./app
COPY memory ./memory
COPY models ./models
COPY migrations ./migrations
COPY tapehead_client ./tapehead_client
# What only builds and tests is not carried along: headers, static libraries, tests of others.
RUN set -e; \
    /opt/build/bin/pip wheel -q --no-deps --no-build-isolation -w /tmp/wheel .; \
    pip install -q --no-deps --no-index /tmp/wheel/*.whl; \
    cd /opt/tapehead/lib/python3*/site-packages; \
    rm -rf torch/include torch/share torch/test; \
    find . -name '*.a' -delete; \
    find scipy sklearn numpy sympy pandas -type d -name tests -prune -exec rm -rf {} + 2>/dev/null || true; \
    pip uninstall -q -y pip setuptools || true

FROM ${BASE}
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin tapehead \
    && install -d -m 0700 -o tapehead -g tapehead /data
COPY --from=build /opt/tapehead /opt/tapehead
# GLIBC_TUNABLES, OMP_… and GOMP_… make the models faster: docs/operating.md, "Speed".
ENV PATH=/opt/tapehead/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HOME=/data/hub \
    GLIBC_TUNABLES=glibc.malloc.hugetlb=1 \
    OMP_WAIT_POLICY=active \
    GOMP_SPINCOUNT=300000 \
    TAPEHEAD_HOST=0.0.0.0 \
    TAPEHEAD_PORT=8000 \
    TAPEHEAD_DATA_DIR=/data
WORKDIR /data
USER 10001
VOLUME /data
EXPOSE 8000
# The models take a while; until they are there it is not ready, and says so.
HEALTHCHECK --interval=10s --timeout=5s --start-period=180s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/ready', timeout=4)"]
CMD ["tapehead", "serve"]
