"""Hand-made ICC profiles, whose colours are known by construction."""

import struct

import numpy as np

# Colorants of Adobe RGB (1998), adapted to D50 (Lindbloom); columns are red, green and blue.
ADOBE_TO_XYZ = np.array(
    [[0.6097559, 0.2052401, 0.1492240], [0.3111242, 0.6256560, 0.0632197], [0.0194811, 0.0608902, 0.7448387]]
)
SRGB_TO_XYZ = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
D50 = (0.9642, 1.0, 0.8249)


def xyz_tag(xyz):
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in xyz))


def gamma_tag(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"


def table_tag(values):
    return b"curv\0\0\0\0" + struct.pack(f">I{len(values)}H", len(values), *values)


def parametric_tag(kind, *values):
    return b"para\0\0\0\0" + struct.pack(f">HH{len(values)}i", kind, 0, *(round(value * 65536) for value in values))


def matrix_profile(colorants=ADOBE_TO_XYZ, curve=None):
    """An RGB display profile; by default that of Adobe RGB."""
    tags = {name + b"TRC": curve or gamma_tag(2.19921875) for name in (b"r", b"g", b"b")}
    tags |= {
        name + b"XYZ": xyz_tag(column) for name, column in zip((b"r", b"g", b"b"), np.transpose(colorants), strict=True)
    }
    return profile(b"mntr", b"RGB ", b"XYZ ", tags)


def grey_profile(gamma):
    return profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": gamma_tag(gamma)})


def cmyk_profile(corners):
    """A press whose 16 combinations of full inks (C slowest, K fastest) have the given Lab colours `(16, 3)`."""
    lab = np.asarray(corners, float)
    coded = np.rint(np.stack([lab[:, 0] * 2.55, lab[:, 1] + 128, lab[:, 2] + 128], axis=-1)).astype(np.uint8)
    identity = bytes(range(256))
    matrix = struct.pack(">9i", *(65536 * np.eye(3, dtype=int)).ravel())
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + matrix + identity * 4 + coded.tobytes() + identity * 3
    return profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": table})


def profile(kind, space, connection, tags):
    tags = {b"wtpt": xyz_tag(D50), **tags}
    offset, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += data
    size = offset + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, kind, space, connection)
    header += struct.pack(">6H4s", 2000, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    header += xyz_tag(D50)[8:]
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
