"""Runs in a Blender with the extension installed: its own wheels have all that any import of it names.

Behind "--": numbers to hash and a key to sign with. Prints what came out, for whoever has the real libraries.
"""

import ast
import importlib
import json
import sys
from pathlib import Path

ADDON = "bl_ext.user_default.renderchain"
ELSEWHERE = {"msvcrt", "winreg", "renderchain"}  # on Windows; in a checkout
ELSEWHERE |= {"backports"} if sys.version_info >= (3, 14) else {"compression"}
left, right, key = map(int, sys.argv[sys.argv.index("--") + 1 :])
package = Path(importlib.import_module(ADDON).__path__[0])
named = set()
for path in sorted(package.rglob("*.py")):
    source = path.read_text()
    if "sys.argv" not in source:  # else it is a program, and does something as soon as it is imported
        place = path.relative_to(package).with_suffix("").parts
        importlib.import_module(".".join([ADDON, *(part for part in place if part != "__init__")]))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            named |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            named.add(node.module)
for name in sorted(named - ELSEWHERE):
    importlib.import_module(name)

import crypto_cpp_py
import eth_keyfile
from starknet_py.hash.utils import message_signature, pedersen_hash, private_to_stark_key

kept = eth_keyfile.create_keyfile_json(key.to_bytes(32, "big"), b"password", iterations=2)
answers = {
    "modules": len([name for name in sys.modules if name.startswith(ADDON)]),
    "named": len(named),
    "place": crypto_cpp_py.__file__,
    "hash": pedersen_hash(left, right),
    "public": private_to_stark_key(key),
    "signature": message_signature(left, key),
    "keystore": int.from_bytes(eth_keyfile.decode_keyfile_json(kept, b"password"), "big"),
}
print("ANSWERS", json.dumps(answers), flush=True)
