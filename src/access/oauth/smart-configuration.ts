// Where everything is, for clients that look. https://hl7.org/fhir/smart-app-launch/conformance.html
import { ASSERTION_ALGORITHMS, tokenUrl } from './assertion.ts';
import type { OAuthPlace } from './place.ts';

export const smartConfiguration = (place: OAuthPlace) => ({
  token_endpoint: tokenUrl(place),
  introspection_endpoint: `${place.root()}/oauth/introspect`,
  revocation_endpoint: `${place.root()}/oauth/revoke`,
  jwks_uri: `${place.root()}/oauth/jwks`,
  grant_types_supported: ['client_credentials'],
  token_endpoint_auth_methods_supported: ['private_key_jwt'],
  token_endpoint_auth_signing_alg_values_supported: [...ASSERTION_ALGORITHMS],
  scopes_supported: ['system/*.cruds', 'system/*.rs'],
  capabilities: ['client-confidential-asymmetric', 'permission-v1', 'permission-v2'],
});
