"""Reads a code of a certificate with others' packages: base45, zlib, cwt. Prints its claims as JSON."""

import base64
import json
import sys
import zlib

import base45
import cwt

code, keys = sys.argv[1], json.loads(sys.argv[2])["keys"]
assert code.startswith("EDC1:")
signed = zlib.decompress(base45.b45decode(code[5:]))

verifiers = []
for jwk in keys:
    point = [base64.urlsafe_b64decode(jwk[name] + "==") for name in ("x", "y")]
    verifiers.append(cwt.COSEKey.new({1: 2, 2: bytes.fromhex(jwk["kid"]), 3: -7, 4: [2], -1: 1, -2: point[0], -3: point[1]}))

claims = cwt.decode(signed, verifiers)
try:
    cwt.decode(signed[:-1] + bytes([signed[-1] ^ 1]), verifiers)
    changed = "accepted"
except cwt.VerifyError:
    changed = "refused"
certificate = claims[-65537]
print(
    json.dumps(
        {
            "register": claims[1],
            "issuedAt": claims[6],
            "digest": certificate[1].hex(),
            "destination": certificate[4],
            "lines": certificate[8],
            "changed": changed,
        }
    )
)
