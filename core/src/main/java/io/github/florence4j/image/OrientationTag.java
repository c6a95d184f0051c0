package io.github.florence4j.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the orientation tag of a file's bytes where Pillow's {@code Image.getexif} looks: the EXIF block of JPEG, PNG and WebP, and
 * if that has none, the {@code tiff:Orientation} of the XMP packet. Damaged metadata counts as none.
 */
final class OrientationTag {
    private static final int TAG = 274;
    private static final Pattern XMP = Pattern.compile("tiff:Orientation(?:=\"|>)([0-9])");
    private static final byte[] EXIF_HEAD = "Exif\0\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] XMP_HEAD = "http://ns.adobe.com/xap/1.0/\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] XMP_KEYWORD = "XML:com.adobe.xmp\0".getBytes(StandardCharsets.ISO_8859_1);

    private OptionalInt exif = OptionalInt.empty();
    private OptionalInt xmp = OptionalInt.empty();

    private OrientationTag() {}

    static Orientation of(ImageFormat format, byte[] file) {
        OrientationTag tag = new OrientationTag();
        switch (format) {
            case JPEG -> tag.scanJpeg(file);
            case PNG -> tag.scanPng(file);
            case WEBP -> tag.scanWebp(file);
            default -> {}
        }
        return Orientation.ofTag(tag.exif.orElse(tag.xmp.orElse(1)));
    }

    private void scanJpeg(byte[] file) {
        for (JpegHeader.Segment segment : JpegHeader.segments(file)) {
            if (segment.marker() == JpegHeader.APP1) {
                take(file, segment.from(), segment.to(), EXIF_HEAD, XMP_HEAD);
            }
        }
    }

    private void scanPng(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file);
        for (int at = 8; at + 12 <= file.length; ) {
            int length = in.getInt(at);
            if (length < 0 || length > file.length - at - 12) {
                return;
            }
            String kind = new String(file, at + 4, 4, StandardCharsets.ISO_8859_1);
            if (kind.equals("eXIf")) {
                exif = exifOrientation(file, at + 8, at + 8 + length);
            } else if (kind.equals("iTXt") && startsWith(file, at + 8, at + 8 + length, XMP_KEYWORD)) {
                xmp = xmpOrientation(file, at + 8, at + 8 + length);
            }
            at += 12 + length;
        }
    }

    private void scanWebp(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 12; at + 8 <= file.length; ) {
            int length = in.getInt(at + 4);
            if (length < 0 || length > file.length - at - 8) {
                return;
            }
            String kind = new String(file, at, 4, StandardCharsets.ISO_8859_1);
            if (kind.equals("EXIF")) {
                int skip = startsWith(file, at + 8, at + 8 + length, EXIF_HEAD) ? EXIF_HEAD.length : 0;
                exif = exifOrientation(file, at + 8 + skip, at + 8 + length);
            } else if (kind.equals("XMP ")) {
                xmp = xmpOrientation(file, at + 8, at + 8 + length);
            }
            at += 8 + length + (length & 1);
        }
    }

    private void take(byte[] file, int from, int to, byte[] exifHead, byte[] xmpHead) {
        if (startsWith(file, from, to, exifHead)) {
            exif = exif.isPresent() ? exif : exifOrientation(file, from + exifHead.length, to);
        } else if (startsWith(file, from, to, xmpHead)) {
            xmp = xmpOrientation(file, from + xmpHead.length, to);
        }
    }

    private static boolean startsWith(byte[] file, int from, int to, byte[] head) {
        return to - from >= head.length && Arrays.equals(file, from, from + head.length, head, 0, head.length);
    }

    private static OptionalInt xmpOrientation(byte[] file, int from, int to) {
        Matcher matcher = XMP.matcher(new String(file, from, to - from, StandardCharsets.ISO_8859_1));
        return matcher.find() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
    }

    /** The orientation in the first directory of the TIFF structure at {@code from..to}. */
    private static OptionalInt exifOrientation(byte[] file, int from, int to) {
        if (to - from < 8) {
            return OptionalInt.empty();
        }
        ByteBuffer tiff = ByteBuffer.wrap(file, from, to - from).slice();
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = tiff.getInt(4);
        if (tiff.getShort(2) != 42 || directory < 8 || directory > tiff.limit() - 2) {
            return OptionalInt.empty();
        }
        int entries = tiff.getShort(directory) & 0xFFFF;
        for (int i = 0, at = directory + 2; i < entries && at + 12 <= tiff.limit(); i++, at += 12) {
            if ((tiff.getShort(at) & 0xFFFF) == TAG) {
                int type = tiff.getShort(at + 2);
                return OptionalInt.of(type == 4 ? tiff.getInt(at + 8) : tiff.getShort(at + 8) & 0xFFFF);
            }
        }
        return OptionalInt.empty();
    }
}
