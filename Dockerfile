FROM golang:1.26-alpine AS build
WORKDIR /src
# The modules change less often than the source, so they are a layer of their own.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# The data directory is made here, since an empty image has no shell to make it, and belongs to the user that runs.
RUN scripts/build /out/kontor && mkdir -m 700 /out/data

FROM scratch
COPY --from=build /out/kontor /kontor
COPY --from=build --chown=65532:65532 /out/data /data
# A number, so that an orchestrator can see that it is not root.
USER 65532:65532
# SQLite puts what does not fit into memory where it runs, for want of a /tmp.
WORKDIR /data
VOLUME /data
EXPOSE 8080
# No HEALTHCHECK: the image holds nothing that could ask. An orchestrator asks /healthz and /readyz itself.
# In the environment and not in CMD, so that `docker exec … /kontor user add` and other commands have the same settings as the server.
ENV KONTOR_ADDR=0.0.0.0:8080 KONTOR_DATA=/data
ENTRYPOINT ["/kontor"]
CMD ["serve"]
