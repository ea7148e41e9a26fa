# One static binary, no shell, no root. `docker build -t vigie .`
FROM golang:1.26.0-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ENV CGO_ENABLED=0
RUN go build -trimpath -ldflags="-s -w" -o /out/vigie ./cmd/vigie \
 && go build -trimpath -ldflags="-s -w" -o /out/healthcheck ./deploy/healthcheck \
 && mkdir -p /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /zoneinfo.zip
ENV ZONEINFO=/zoneinfo.zip
COPY --from=build /out/vigie /out/healthcheck /
COPY --from=build --chown=65532:65532 /out/data /var/lib/vigie
USER 65532:65532
VOLUME /var/lib/vigie
EXPOSE 8080 9464
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["/healthcheck", "http://127.0.0.1:9464/readyz"]
ENTRYPOINT ["/vigie"]
CMD ["run", "--config", "/etc/vigie/vigie.yaml"]
