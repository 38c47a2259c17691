/** A self-signed certificate for `client.example` and `private.example` (2020 to 2120) and its key. Made for the tests; it opens nothing. */
export const clientExampleTls = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBgTCCASegAwIBAgIBATAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5jbGllbnQu
ZXhhbXBsZTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowGTEXMBUG
A1UEAwwOY2xpZW50LmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT5
HYp/jJAMlTz7Txi5kuaj5QaPmml7m7Oy1WsY7PiueQJoGbArVlnXlmYkzvq4uQVL
VGrXYw+5oVWgpWk5EGs/o14wXDAqBgNVHREEIzAhgg5jbGllbnQuZXhhbXBsZYIP
cHJpdmF0ZS5leGFtcGxlMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFIlY5Saz
jv1lf1q7d3sisxHiKefZMAoGCCqGSM49BAMCA0gAMEUCIEGmJ7bNtKyBmfXGEY+X
K+U4ZfRR6OYeN99cvCiwfdTFAiEA8Hw2kwlb2c63A+xmQfYUfZjC+IwB9Dg0Cd/R
INReu3E=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtrbqu+8+uSPyMW21
LkBN9+JMXAXEAPxGnBpWsgqlRtShRANCAAT5HYp/jJAMlTz7Txi5kuaj5QaPmml7
m7Oy1WsY7PiueQJoGbArVlnXlmYkzvq4uQVLVGrXYw+5oVWgpWk5EGs/
-----END PRIVATE KEY-----
`,
}
