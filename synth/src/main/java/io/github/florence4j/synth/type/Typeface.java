package io.github.florence4j.synth.type;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** A typeface of the project, for the characters of {@link Charset}. Safe for concurrent use. */
public enum Typeface {
    /** Lato Regular. */
    SANS("Lato-Regular"),
    /** Lato Bold. */
    SANS_BOLD("Lato-Bold"),
    /** PT Serif Regular. */
    SERIF("PTSerif-Regular"),
    /** PT Serif Bold. */
    SERIF_BOLD("PTSerif-Bold"),
    /** Courier Prime Regular. */
    TYPEWRITER("CourierPrime-Regular"),
    /** Patrick Hand. */
    HANDWRITING("PatrickHand-Regular");

    private final String file;
    private final ConcurrentMap<Integer, TypeSize> sizes = new ConcurrentHashMap<>();
    private volatile Outlines outlines = Outlines.UNREAD;

    Typeface(String file) {
        this.file = file;
    }

    /**
     * The typeface at a size, rounded to half pixels below 24, whole ones below 48 and even ones above.
     *
     * @param em pixels an em, at least 4 and at most 1000
     */
    public TypeSize size(double em) {
        if (!(em >= 4 && em <= 1000)) {
            throw new IllegalArgumentException("a type size must be 4 to 1000 pixels an em, found " + em);
        }
        double step = em < 24 ? 0.5 : em < 48 ? 1 : 2;
        double rounded = Math.round(em / step) * step;
        return sizes.computeIfAbsent((int) Math.round(2 * rounded), halves -> new TypeSize(this, outlines(), rounded));
    }

    /** The smallest size at which the letter x is at least that many pixels high. */
    public TypeSize withXHeight(double pixels) {
        TypeSize size = size(pixels / outlines().xHeight());
        return size.xHeight() >= pixels ? size : size(size.em() + (size.em() < 24 ? 0.5 : size.em() < 48 ? 1 : 2));
    }

    private Outlines outlines() {
        Outlines read = outlines;
        if (read == Outlines.UNREAD) {
            synchronized (this) {
                read = outlines;
                if (read == Outlines.UNREAD) {
                    read = Outlines.read(file);
                    outlines = read;
                }
            }
        }
        return read;
    }
}
