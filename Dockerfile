# The image serves a store; it never sets DEMO. `docker run IMAGE --help` lists its other commands.
FROM node:24.21.0-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN node src/build.mjs && npm prune --omit=dev --ignore-scripts

FROM node:24.21.0-slim
ENV NODE_ENV=production HOST=0.0.0.0 STORE=sqlite:/data/iop.db KEYS=/data/keys
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY profiles profiles
COPY fixtures fixtures
COPY deploy deploy
# Volumes that are mounted over these folders for the first time take their owner and mode.
RUN mkdir -m 700 /data /data/keys && chown -R node:node /data
# `node`, by number: a host that demands a user other than root cannot read names.
USER 1000:1000
VOLUME /data
EXPOSE 8080
HEALTHCHECK --start-period=30s --interval=15s --timeout=5s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=16", "dist/start.mjs"]
CMD ["serve"]
