# syntax=docker/dockerfile:1
FROM node:20-bookworm-slim AS node

# The same compiler as in rust-toolchain.toml.
FROM rust:1.95.0-bookworm AS build
# npm brings wasm-opt (binaryen); Debian 12's own is too old, and so is its Node.
COPY --from=node /usr/local/bin /usr/local/bin
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN rustup target add wasm32-unknown-unknown
WORKDIR /src
COPY . .
RUN cargo xtask build --release

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin mooring \
    && install -d -o mooring -g mooring -m 0700 /var/lib/mooring
COPY --from=build /src/target/dist /opt/mooring
USER mooring
WORKDIR /var/lib/mooring
ENV MOORING_LISTEN=0.0.0.0:3000 \
    MOORING_DATA_DIR=/var/lib/mooring \
    MOORING_DATABASE_URL=sqlite:///var/lib/mooring/mooring.db
VOLUME /var/lib/mooring
EXPOSE 3000
# Still to be given: MOORING_MASTER_KEYS (or MOORING_MASTER_KEYS_FILE) and MOORING_PUBLIC_URL.
ENTRYPOINT ["/opt/mooring/mooring"]
CMD ["serve"]
