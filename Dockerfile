FROM node:20-bookworm-slim AS decoder
WORKDIR /officer
COPY officer .
RUN npm ci --ignore-scripts && npm run decoder

FROM rust:1.95-bookworm AS build
WORKDIR /endmark
COPY . .
COPY --from=decoder /officer/decoder officer/decoder
RUN cargo build --release --locked --bin endmark

FROM debian:bookworm-slim
RUN useradd --system --create-home endmark && mkdir /register && chown endmark /register
COPY --from=build /endmark/target/release/endmark /usr/local/bin/endmark
USER endmark
ENTRYPOINT ["endmark"]
