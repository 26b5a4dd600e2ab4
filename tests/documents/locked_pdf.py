"""Encrypts a PDF of `made_files` (ISO 32000-1, 7.6: the standard handler, 128 bits of RC4)."""

import hashlib
import re

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_ID = b"0123456789abcdef"
_MAY = (-4).to_bytes(4, "little", signed=True)  # everything
_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj\n", re.DOTALL)
_STREAM = re.compile(rb"(?<=\nstream\n).*(?=\nendstream)", re.DOTALL)
_TEXT = re.compile(rb"(?<=/Title <)[0-9a-f]+(?=>)")


def encrypted(raw: bytes, *, password: str) -> bytes:
    """Encrypt a PDF. With the empty password everybody can read it, but not change it."""
    user = (password.encode() + _PADDING)[:32]
    owner = _many_times(_digest((b"owner" + _PADDING)[:32]), user)
    key = _digest(user + owner + _MAY + _ID)
    proof = _many_times(key, hashlib.md5(_PADDING + _ID).digest()) + bytes(16)
    objects = [_locked(found[2], int(found[1]), key) for found in _OBJECT.finditer(raw)]
    whole = bytearray(b"%PDF-1.7\n")
    places: list[int] = []
    for number, content in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    lock = b"/Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <%s> /U <%s>" % (
        owner.hex().encode(),
        proof.hex().encode(),
    )
    about = raw[raw.rindex(b"/Root") : raw.rindex(b" >>\nstartxref")]
    return bytes(whole) + (
        b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
        + b"trailer\n<< /Size %d %s " % (len(objects) + 1, about)
        + b"/ID [<%s> <%s>] /Encrypt << %s >> >>\n" % (_ID.hex().encode(), _ID.hex().encode(), lock)
        + b"startxref\n%d\n%%%%EOF\n" % len(whole)
    )  # fmt: skip


def _locked(content: bytes, number: int, key: bytes) -> bytes:
    """Encrypt the stream of an object, or its title."""
    own = hashlib.md5(key + number.to_bytes(3, "little") + bytes(2)).digest()
    content = _TEXT.sub(
        lambda found: _rc4(own, bytes.fromhex(found[0].decode())).hex().encode(), content
    )
    return _STREAM.sub(lambda found: _rc4(own, found[0]), content)


def _digest(data: bytes) -> bytes:
    for _ in range(51):
        data = hashlib.md5(data).digest()
    return data


def _many_times(key: bytes, data: bytes) -> bytes:
    for number in range(20):
        data = _rc4(bytes(byte ^ number for byte in key), data)
    return data


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    made = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        made.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(made)
