package io.github.florence4j.image;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the marker segments of a JPEG file say about its colours, by the rules of libjpeg's {@code default_decompress_parms}.
 *
 * @param components the number of components, 1 to 4
 * @param colours what the components are
 */
record JpegHeader(int components, Colours colours) {
    static final int APP1 = 0xE1;

    private static final int APP0 = 0xE0;
    private static final int APP14 = 0xEE;
    private static final int START_OF_SCAN = 0xDA;
    private static final int ADOBE_TRANSFORM = 11;

    /** What the components of a JPEG file are. */
    enum Colours {
        GREY,
        YCBCR,
        RGB,
        CMYK,
        YCCK
    }

    /** A marker segment: its payload is {@code file[from..to)}. */
    record Segment(int marker, int from, int to) {}

    /** The segments before the first scan; ends early where the file is damaged. */
    static List<Segment> segments(byte[] file) {
        List<Segment> segments = new ArrayList<>();
        int at = 2;
        while (at + 4 <= file.length) {
            int marker = file[at + 1] & 0xFF;
            if (file[at] != (byte) 0xFF || marker == 0xFF || marker <= 1 || (marker >= 0xD0 && marker <= 0xD8)) {
                at++; // fill bytes, markers without a payload, or garbage between segments, which libjpeg skips too
                continue;
            }
            int length = (file[at + 2] & 0xFF) << 8 | file[at + 3] & 0xFF;
            if (marker == START_OF_SCAN || length < 2 || at + 2 + length > file.length) {
                break;
            }
            segments.add(new Segment(marker, at + 4, at + 2 + length));
            at += 2 + length;
        }
        return segments;
    }

    static JpegHeader of(String name, byte[] file) throws UnreadableImageException {
        boolean jfif = false;
        int transform = -1;
        int frame = -1;
        for (Segment segment : segments(file)) {
            int length = segment.to() - segment.from();
            if (segment.marker() == APP0
                    && length >= 5
                    && text(file, segment.from(), 5).equals("JFIF\0")) {
                jfif = true;
            } else if (segment.marker() == APP14
                    && length > ADOBE_TRANSFORM
                    && text(file, segment.from(), 5).equals("Adobe")) {
                transform = file[segment.from() + ADOBE_TRANSFORM] & 0xFF;
            } else if (isFrame(segment.marker()) && length >= 6) {
                frame = segment.from();
            }
        }
        int components = frame < 0 ? 0 : file[frame + 5] & 0xFF;
        if (components < 1 || components > 4 || components == 2 || frame + 6 + 3 * components > file.length) {
            throw new UnreadableImageException(
                    name, "the JPEG file is damaged or cut off: it has no valid frame header");
        }
        return new JpegHeader(
                components,
                switch (components) {
                    case 1 -> Colours.GREY;
                    case 3 -> threeComponents(jfif, transform, file, frame);
                    default -> transform == 2 ? Colours.YCCK : Colours.CMYK;
                });
    }

    private static Colours threeComponents(boolean jfif, int transform, byte[] file, int frame) {
        if (jfif) {
            return Colours.YCBCR;
        }
        if (transform >= 0) {
            return transform == 0 ? Colours.RGB : Colours.YCBCR;
        }
        boolean named = file[frame + 6] == 'R' && file[frame + 9] == 'G' && file[frame + 12] == 'B';
        return named ? Colours.RGB : Colours.YCBCR;
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private static String text(byte[] file, int from, int length) {
        return new String(file, from, length, StandardCharsets.ISO_8859_1);
    }
}
