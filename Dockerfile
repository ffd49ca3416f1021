# syntax=docker/dockerfile:1

FROM rust:1.95-bookworm AS build
WORKDIR /src
# The image's own toolchain: rust-toolchain.toml would fetch clippy and rustfmt, which a build does not need.
ENV RUSTUP_TOOLCHAIN=1.95.0
RUN apt-get update && apt-get install --yes --no-install-recommends cmake nasm && rm -rf /var/lib/apt/lists/*
COPY . .
# The caches outlive the layer, so a change of one line compiles one crate; what is in a cache is not in the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package aisha-api --package aisha-bot --features aisha-api/turbo \
    && install target/release/aisha-api target/release/aisha-bot /usr/local/bin/

FROM debian:bookworm-slim
# TLS to fal.ai and to the object store trusts the system's certificates.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 aisha \
    && useradd --system --uid 10001 --gid aisha --home-dir /data --shell /usr/sbin/nologin aisha \
    && install --directory --owner=aisha --group=aisha --mode=0700 /data
COPY --from=build /usr/local/bin/aisha-api /usr/local/bin/aisha-bot /usr/local/bin/

USER 10001:10001
WORKDIR /data
ENV AISHA_LISTEN=0.0.0.0:8080 AISHA_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["aisha-api", "health"]
ENTRYPOINT ["aisha-api"]
