"""File extensions and the formats they stand for, by Pillow's names."""

__all__ = ["READABLE", "WRITABLE"]

WRITABLE = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}
READABLE = {**WRITABLE, ".bmp": "BMP", ".gif": "GIF"}
