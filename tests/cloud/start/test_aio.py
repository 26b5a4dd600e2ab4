"""The import of aiohttp: it loads no certificates, and takes them from nobody else."""

import subprocess
import sys

IMPORTS = """
import asyncio, ssl, threading
from concurrent.futures import ThreadPoolExecutor

def certificates():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.load_default_certs()
    return tls.cert_store_stats()["x509"]

class Elsewhere:
    # Another thread makes a context while aiohttp is imported.
    def find_spec(self, name, path=None, target=None):
        if name == "aiohttp.connector":
            print(elsewhere.submit(certificates).result() == usual)

import sys
usual = certificates()
elsewhere = ThreadPoolExecutor(1)
sys.meta_path.insert(0, Elsewhere())
import brain.cloud.aio
from aiohttp import connector
print(usual > 0, certificates() == usual)
for tls in (connector._SSL_CONTEXT_VERIFIED, connector._SSL_CONTEXT_UNVERIFIED):
    print(tls.cert_store_stats()["x509"])
"""


def test_aiohttp_is_imported_without_certificates_that_nobody_uses() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["True", "True True", "0", "0"], done.stderr
