FROM rust:1.95-bookworm AS build
WORKDIR /endmark
COPY . .
RUN cargo build --release --locked --bin endmark

FROM debian:bookworm-slim
RUN useradd --system --create-home endmark && mkdir /register && chown endmark /register
COPY --from=build /endmark/target/release/endmark /usr/local/bin/endmark
USER endmark
ENTRYPOINT ["endmark"]
