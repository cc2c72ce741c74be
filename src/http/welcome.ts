// For a person who opens the server in a browser: where to go.
import type { ServerResponse } from 'node:http';
import { PAGE_HEADERS } from './headers.ts';

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>iop-fhir</title></head>
<body>
<h1>iop-fhir</h1>
<p>A FHIR R4 facade for Intensive Outpatient Programs.</p>
<ul>
<li><a href="/fhir/metadata">/fhir/metadata</a>: what this server can do (CapabilityStatement)</li>
<li>/fhir: the FHIR base. Every request needs a bearer token; in a checkout one is made with
<code>npm run -s iop -- token --help</code></li>
<li>/iop: the program's door (records in its own words; needs a token)</li>
<li><a href="/health">/health</a></li>
</ul>
</body>
</html>
`;

export function sendWelcome(response: ServerResponse, id: string): void {
  response.writeHead(200, {
    ...PAGE_HEADERS,
    'X-Request-Id': id,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(PAGE),
  });
  response.end(PAGE);
}
