"""Makes the small images of core/src/test/resources/io/github/florence4j/image and what Pillow reads from each.

    python tools/make_image_fixtures.py core/src/test/resources/io/github/florence4j/image

Needs numpy and Pillow (the committed files: Pillow 12.3.0 with libjpeg-turbo 3.1.4.1, libwebp 1.6.0, libtiff 4.7.1). For every
image `expected.json` holds the size and the SHA-256 of the row-major RGB bytes of `exif_transpose(image).convert("RGB")`; where
a decoder may differ from Pillow's, the picture itself is kept too, as `<name>.expected.png`, with the tolerance of the test.
"""

import hashlib
import io
import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageCms, ImageOps

WIDTH, HEIGHT = 61, 45

# Images whose decoder is not bit-identical with Pillow's: (largest, mean) absolute difference of a byte the test accepts.
TOLERANCES = {"webp-lossy.webp": (81, 4.1), "webp-lossy-alpha.webp": (81, 4.1)}


# Sizes to which png-rgb.png is resized with Pillow's bicubic.
RESIZED = [(61, 17), (23, 45), (1, 1), (200, 3), (7, 331), (62, 44), (768, 768), (30, 22)]


def picture(width=WIDTH, height=HEIGHT, seed=7):
    """A picture with ramps, hard edges and noise, so that no channel, row or column equals another."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1), (x * 5 + y * 3) % 256], -1)
    rgb[height // 4 : height // 2, width // 5 : width // 2] = (230, 40, 25)
    rgb[height // 2 :, width // 2 : width // 2 + 9] = (12, 200, 90)
    noise = rng.integers(-12, 13, rgb.shape)
    return np.clip(rgb + noise, 0, 255).astype(np.uint8)


RGB = Image.fromarray(picture())
GREY = RGB.convert("L")
ALPHA = Image.fromarray((np.mgrid[0:HEIGHT, 0:WIDTH][1] * 4 % 256).astype(np.uint8))
RGBA = RGB.copy()
RGBA.putalpha(ALPHA)
LA = Image.merge("LA", (GREY, ALPHA))
PALETTE = RGB.quantize(200)
CMYK = Image.fromarray(np.concatenate([picture(seed=3), picture(seed=4)[:, ::-1, :1] // 2], -1), "CMYK")
GREY16 = (np.mgrid[0:HEIGHT, 0:WIDTH][1].astype(np.int64) * 1069 + np.mgrid[0:HEIGHT, 0:WIDTH][0] * 7 + 3).astype(np.uint16)
GREY16[:8] %= 300
RGB16 = (picture(seed=9).astype(np.uint16) << 8) | picture(seed=10)
ALPHA16 = (np.asarray(ALPHA).astype(np.uint16) << 8) | 77


def saved(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def exif(orientation):
    data = Image.Exif()
    data[0x0112] = orientation
    return data.tobytes()


def swapped_profile():
    """An sRGB profile with the red and green primaries exchanged: whoever applies it gives visibly other bytes."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[24:36] = bytes(12)  # the date, so that every run gives the same file
    tags = {}
    for i in range(struct.unpack(">I", data[128:132])[0]):
        signature, offset, size = struct.unpack(">4sII", data[132 + 12 * i : 144 + 12 * i])
        tags[signature] = (offset, size)
    (r, n), (g, _) = tags[b"rXYZ"], tags[b"gXYZ"]
    data[r : r + n], data[g : g + n] = data[g : g + n], data[r : r + n]
    return bytes(data)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_rows(samples, depth):
    """Filter-0 scan lines of (h, w, channels) samples with 1, 2, 4, 8 or 16 bits each."""
    out = b""
    for row in samples:
        flat = row.reshape(-1)
        if depth == 16:
            body = flat.astype(">u2").tobytes()
        elif depth == 8:
            body = flat.astype(np.uint8).tobytes()
        else:
            bits = ((flat[:, None].astype(np.uint8) >> np.arange(depth - 1, -1, -1)) & 1).reshape(-1)
            body = np.packbits(bits).tobytes()
        out += b"\0" + body
    return out


def png(samples, colour, depth, before=b"", interlaced=False):
    """A PNG written by hand, for the forms that Pillow does not write."""
    if samples.ndim == 2:
        samples = samples[:, :, None]
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    if interlaced:
        parts = [samples[y::dy, x::dx] for y, x, dy, dx in passes]
        body = b"".join(packed_rows(part, depth) for part in parts if part.size)
    else:
        body = packed_rows(samples, depth)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(body, 9)) + chunk(b"IEND", b"")
    )


def small_frame_gif(transparent):
    """A GIF whose only frame covers a part of the screen."""
    frame = Image.fromarray(np.asarray(PALETTE)[:20, :30] % 8, "P")
    palette = bytes(range(10, 34))
    pixels = frame.tobytes()
    codes = []
    for i, value in enumerate(pixels):  # LZW without compression: a clear code every 5 pixels keeps 4-bit codes
        if i % 5 == 0:
            codes.append(8)
        codes.append(value)
    codes.append(9)
    bits = "".join(format(code, "04b")[::-1] for code in codes)
    bits += "0" * (-len(bits) % 8)
    data = bytes(int(bits[i : i + 8][::-1], 2) for i in range(0, len(bits), 8))
    blocks = b"".join(bytes([len(data[i : i + 255])]) + data[i : i + 255] for i in range(0, len(data), 255))
    out = b"GIF89a" + struct.pack("<HHBBB", 48, 32, 0x82, 5, 0) + palette
    if transparent:
        out += b"!\xf9\x04" + bytes([1, 0, 0, 3]) + b"\0"
    return out + b"," + struct.pack("<HHHHB", 7, 4, 30, 20, 0) + b"\x03" + blocks + b"\0;"


def bmp16():
    """A 16-bit 5-6-5 BMP with bit fields, which Pillow does not write."""
    rgb = picture().astype(np.uint16)
    values = (rgb[..., 0] >> 3 << 11) | (rgb[..., 1] >> 2 << 5) | (rgb[..., 2] >> 3)
    rows = b"".join(row.astype("<u2").tobytes() + b"\0" * (WIDTH * 2 % 4) for row in values[::-1])
    info = struct.pack("<IiiHHIIiiII", 40, WIDTH, HEIGHT, 1, 16, 3, len(rows), 0, 0, 0, 0)
    masks = struct.pack("<III", 0xF800, 0x07E0, 0x001F)
    return b"BM" + struct.pack("<IHHI", 14 + 52 + len(rows), 0, 0, 66) + info + masks + rows


def xmp_jpeg(orientation):
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        f'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="{orientation}"/></rdf:RDF></x:xmpmeta>'
    )
    return saved(RGB, "JPEG", quality=90, xmp=packet.encode())


def ycck(cmyk):
    """The same samples declared as YCCK, which Pillow reads but does not write."""
    transform = cmyk.index(b"Adobe") + 11
    assert cmyk[transform] == 0
    return cmyk[:transform] + b"\2" + cmyk[transform + 1 :]


def images():
    jpeg = dict(quality=85)
    for name, subsampling in (("444", 0), ("422", 1), ("420", 2)):
        yield f"jpeg-{name}.jpg", saved(RGB, "JPEG", subsampling=subsampling, **jpeg)
        yield f"jpeg-{name}-progressive.jpg", saved(RGB, "JPEG", subsampling=subsampling, progressive=True, **jpeg)
    yield "jpeg-grey.jpg", saved(GREY, "JPEG", **jpeg)
    yield "jpeg-restart.jpg", saved(RGB, "JPEG", restart_marker_rows=1, **jpeg)
    yield "jpeg-rgb-coded.jpg", saved(RGB, "JPEG", keep_rgb=True, **jpeg)
    yield "jpeg-cmyk.jpg", saved(CMYK, "JPEG", **jpeg)
    yield "jpeg-cmyk-progressive.jpg", saved(CMYK, "JPEG", progressive=True, **jpeg)
    yield "jpeg-ycck.jpg", ycck(saved(CMYK, "JPEG", **jpeg))
    yield "jpeg-icc.jpg", saved(RGB, "JPEG", icc_profile=swapped_profile(), **jpeg)
    yield "jpeg-icc-broken.jpg", saved(RGB, "JPEG", icc_profile=b"not a profile" * 20, **jpeg)
    for orientation in range(1, 9):
        yield f"jpeg-orientation-{orientation}.jpg", saved(RGB, "JPEG", quality=60, exif=exif(orientation))
    yield "jpeg-orientation-xmp.jpg", xmp_jpeg(8)

    yield "png-1.png", saved(GREY.convert("1"), "PNG")
    yield "png-l.png", saved(GREY, "PNG")
    for depth in (2, 4):
        yield f"png-l{depth}.png", png(np.asarray(GREY) >> (8 - depth), 0, depth)
    yield "png-l-gamma.png", png(np.asarray(GREY), 0, 8, before=chunk(b"gAMA", struct.pack(">I", 100000)))
    yield "png-l16.png", png(GREY16, 0, 16)
    yield "png-la.png", saved(LA, "PNG")
    yield "png-la16.png", png(np.stack([GREY16, ALPHA16], -1), 4, 16)
    yield "png-l-trns.png", png(np.asarray(GREY), 0, 8, before=chunk(b"tRNS", struct.pack(">H", 128)))
    for colours, bits in ((2, 1), (4, 2), (16, 4), (200, 8)):
        yield f"png-p{bits}.png", saved(RGB.quantize(colours), "PNG", bits=bits)
    yield "png-p-trns.png", saved(PALETTE, "PNG", transparency=bytes(range(200)))
    yield "png-rgb.png", saved(RGB, "PNG")
    yield "png-rgb-trns.png", saved(RGB, "PNG", transparency=RGB.getpixel((3, 3)))
    yield "png-rgb-icc.png", saved(RGB, "PNG", icc_profile=swapped_profile())
    yield "png-rgb16.png", png(RGB16, 2, 16)
    yield "png-rgba.png", saved(RGBA, "PNG")
    yield "png-rgba16.png", png(np.concatenate([RGB16, ALPHA16[..., None]], -1), 6, 16)
    yield "png-interlaced.png", png(np.asarray(RGB), 2, 8, interlaced=True)
    yield "png-interlaced-l2.png", png(np.asarray(GREY) >> 6, 0, 2, interlaced=True)
    yield "png-orientation.png", saved(RGB, "PNG", exif=exif(6))

    yield "bmp-1.bmp", saved(GREY.convert("1"), "BMP")
    yield "bmp-l.bmp", saved(GREY, "BMP")
    yield "bmp-p.bmp", saved(PALETTE, "BMP")
    yield "bmp-rgb.bmp", saved(RGB, "BMP")
    yield "bmp-rgba.bmp", saved(RGBA, "BMP")
    yield "bmp-565.bmp", bmp16()

    yield "gif-l.gif", saved(GREY, "GIF")
    yield "gif-p.gif", saved(PALETTE, "GIF")
    yield "gif-transparent.gif", saved(PALETTE, "GIF", transparency=5)
    yield "gif-not-interlaced.gif", saved(PALETTE, "GIF", interlace=0)
    second = Image.fromarray(picture(seed=11)).quantize(64)
    yield "gif-animated.gif", saved(PALETTE, "GIF", save_all=True, append_images=[second], duration=100)
    yield "gif-small-frame.gif", small_frame_gif(False)
    yield "gif-small-frame-transparent.gif", small_frame_gif(True)

    binary = GREY.convert("1")
    yield "tiff-1.tif", saved(binary, "TIFF")
    for compression in ("group3", "group4", "packbits", "tiff_lzw", "tiff_adobe_deflate"):
        yield f"tiff-1-{compression}.tif", saved(binary, "TIFF", compression=compression)
    yield "tiff-1-min-is-white.tif", saved(binary, "TIFF", tiffinfo={262: 0})
    yield "tiff-l.tif", saved(GREY, "TIFF")
    yield "tiff-l-min-is-white.tif", saved(GREY, "TIFF", tiffinfo={262: 0})
    yield "tiff-la.tif", saved(LA, "TIFF")
    yield "tiff-l16.tif", saved(Image.fromarray(GREY16), "TIFF")
    yield "tiff-i32.tif", saved(Image.fromarray(GREY16.astype(np.int32) - 400), "TIFF")
    yield "tiff-p.tif", saved(PALETTE, "TIFF")
    yield "tiff-rgb.tif", saved(RGB, "TIFF")
    for compression in ("packbits", "tiff_lzw", "tiff_adobe_deflate"):
        yield f"tiff-rgb-{compression}.tif", saved(RGB, "TIFF", compression=compression)
    yield "tiff-rgb-jpeg.tif", saved(RGB, "TIFF", compression="jpeg", quality=85)
    yield "tiff-l-jpeg.tif", saved(GREY, "TIFF", compression="jpeg", quality=85)
    yield "tiff-rgb-predictor.tif", saved(RGB, "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
    yield "tiff-rgb-icc.tif", saved(RGB, "TIFF", icc_profile=swapped_profile())
    yield "tiff-rgba.tif", saved(RGBA, "TIFF")
    yield "tiff-cmyk.tif", saved(CMYK, "TIFF")
    yield "tiff-orientation.tif", saved(RGB, "TIFF", tiffinfo={274: 6})
    pages = [Image.fromarray(picture(30 + i, 20 + i, i)) for i in range(3)]
    yield "tiff-pages.tif", saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")

    yield "webp-lossless.webp", saved(RGB, "WEBP", lossless=True)
    yield "webp-lossless-alpha.webp", saved(RGBA, "WEBP", lossless=True, exact=True)
    yield "webp-lossy.webp", saved(RGB, "WEBP", quality=80)
    yield "webp-lossy-alpha.webp", saved(RGBA, "WEBP", quality=80)
    yield "webp-orientation.webp", saved(RGB, "WEBP", lossless=True, exif=exif(6))
    second = Image.fromarray(picture(seed=11))
    yield "webp-animated.webp", saved(RGB, "WEBP", save_all=True, append_images=[second], lossless=True, duration=100)


def resized(rgb, size):
    data = rgb.resize(size, Image.Resampling.BICUBIC).tobytes()
    return {"size": list(size), "sha256": hashlib.sha256(data).hexdigest()}


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    cases = []
    for name, data in images():
        (folder / name).write_bytes(data)
        image = Image.open(io.BytesIO(data))
        pages = []
        for page in range(getattr(image, "n_frames", 1) if image.format == "TIFF" else 1):
            image.seek(page)
            rgb = ImageOps.exif_transpose(image).convert("RGB")
            pages.append({"size": list(rgb.size), "sha256": hashlib.sha256(rgb.tobytes()).hexdigest()})
            if name in TOLERANCES:
                rgb.save(folder / f"{name}.expected.png", optimize=True)
        case = {"image": name, "mode": image.mode, "pages": pages}
        if name == "png-rgb.png":
            case["resized"] = [resized(rgb, size) for size in RESIZED]
        if name in TOLERANCES:
            case["largest"], case["mean"] = TOLERANCES[name]
        cases.append(case)
    note = f"Pillow {PIL.__version__}: exif_transpose, convert('RGB'); made by tools/make_image_fixtures.py"
    (folder / "expected.json").write_text(json.dumps({"note": note, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
