"""AES-SIV, AES-GCM and HMAC of pyca/cryptography (OpenSSL) as judges of ciphertexts: one JSON request a line, one answer a line."""

import json
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV


def answer(request):
    key = bytes.fromhex(request["key"])
    sealed = bytes.fromhex(request["sealed"])
    try:
        if request["cipher"] == "aes-siv":
            clear = AESSIV(key).decrypt(sealed, None)
            # Deterministic: nothing else may stand for it.
            return {"clear": clear.hex(), "same": AESSIV(key).encrypt(clear, None) == sealed}
        return {"clear": AESGCM(key).decrypt(sealed[:12], sealed[12:], None).hex(), "same": True}
    except InvalidTag:
        return {"clear": None, "same": False}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))))
