"""Checkpoints (存证点): the signed head of the log at a size, as text that can be kept anywhere.

No Django here: an auditor's machine reads and checks them with the standard library and `cryptography`.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gangmu.problems import InputRefused, refuse

FORMAT = "gangmu-checkpoint/1"


@dataclass(frozen=True, slots=True)
class SignedHead:
    """What a checkpoint says. root, public_key, signature in hex; at in ISO 8601, UTC.

    public_key: the raw Ed25519 key; the key is its own name.
    """

    size: int
    root: str
    at: str
    algorithm: str
    public_key: str
    signature: str = ""

    def signed_text(self) -> bytes:
        """The bytes that are signed: sorted JSON of everything but the signature."""
        said = {**asdict(self), "format": FORMAT}
        del said["signature"]
        return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()

    def signature_holds(self) -> bool:
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public_key))
            key.verify(bytes.fromhex(self.signature), self.signed_text())
        except (InvalidSignature, ValueError):
            return False
        return True

    def as_text(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1) + "\n"


def sign(key: Ed25519PrivateKey, size: int, root: bytes, at: str, algorithm: str) -> SignedHead:
    unsigned = SignedHead(size, root.hex(), at, algorithm, public_key_of(key))
    signature = key.sign(unsigned.signed_text()).hex()
    return SignedHead(size, root.hex(), at, algorithm, unsigned.public_key, signature)


def public_key_of(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def read(path: Path) -> SignedHead:
    """The checkpoint of a file, or InputRefused; whether its signature holds is for the caller to ask."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(str(path)) from error


def parse(text: str, file: str = "") -> SignedHead:
    try:
        said = json.loads(text)
        if said.pop("format") != FORMAT:
            raise ValueError("format")
        head = SignedHead(**said)
        if not (isinstance(head.size, int) and len(bytes.fromhex(head.root)) == 32):
            raise ValueError("size or root")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _unreadable(file) from error
    return head


def load_or_make_key(folder: Path) -> Ed25519PrivateKey:
    """The key of `keys/checkpoint.key`, made at the first use, readable by its owner alone.

    Two processes that make it at once end up with the same one: the file appears whole or not at all.
    """
    path = folder / "checkpoint.key"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _place_whole(path, _pem(Ed25519PrivateKey.generate()))
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise refuse(
            "log.key",
            "存证密钥不是 Ed25519 私钥",
            "the checkpoint key is no Ed25519 private key",
            "请从备份恢复 keys/checkpoint.key",
            "restore keys/checkpoint.key from a backup",
            file=str(path),
        )
    return key


def trusted_keys(folder: Path) -> set[str] | None:
    """The public keys that may have signed: of `checkpoint.key` and of every `*.pub` (a key used formerly).

    None where there is neither, as in a folder restored without its keys: nothing can be said then.
    """
    keys = {path.read_text(encoding="ascii").strip() for path in folder.glob("*.pub")}
    if (folder / "checkpoint.key").exists():
        keys.add(public_key_of(load_or_make_key(folder)))
    return keys or None


def _place_whole(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _unreadable(file: str) -> InputRefused:
    return refuse(
        "checkpoint.unreadable",
        "不是存证点文件",
        "is no checkpoint file",
        "请给出 checkpoints/ 中导出的 JSON 文件",
        "give a JSON file written to checkpoints/",
        file=file,
    )
