package io.github.florence4j.synth;

import io.github.florence4j.synth.content.Rng;
import io.github.florence4j.synth.document.Composition;
import io.github.florence4j.synth.page.DocumentKind;
import io.github.florence4j.synth.page.Page;
import io.github.florence4j.synth.page.PageSettings;
import io.github.florence4j.synth.render.Condition;
import io.github.florence4j.synth.render.PageRenderer;
import io.github.florence4j.synth.render.Rendered;

/**
 * Makes pages. The same settings, seed, level and size give the same page on every machine: fonts, random numbers, filling
 * of outlines and effects are the project's own. Safe for concurrent use; the glyphs that are drawn once are shared by all generators.
 */
public final class PageGenerator {
    private final PageSettings settings;

    /** A generator of pages like these. */
    public PageGenerator(PageSettings settings) {
        this.settings = settings;
    }

    /** What its pages are like. */
    public PageSettings settings() {
        return settings;
    }

    /**
     * Makes a page of exactly this size.
     *
     * @param seed another one for each page
     * @param level how much stands on it
     * @param width in pixels
     * @param height in pixels
     * @throws IllegalArgumentException if the canvas is too small for legible letters
     */
    public Page page(long seed, Level level, int width, int height) {
        Rng rng = Rng.of(seed, settings.split().ordinal(), level.ordinal());
        if (level == Level.PAGE) {
            return document(rng, rng.pick(settings.kinds()), width, height);
        }
        Condition condition = Condition.draw(rng, settings.effects());
        Snippets snippets = new Snippets(rng, settings, condition, width, height);
        Rendered rendered = PageRenderer.render(snippets.draw(level), condition, rng, settings.colour());
        return Captions.ofSnippets(rendered, level, snippets.contents());
    }

    /**
     * Makes a document of one kind.
     *
     * @param seed another one for each page
     * @throws IllegalArgumentException if the canvas is too small for legible letters
     */
    public Page document(long seed, DocumentKind kind, int width, int height) {
        return document(Rng.of(seed, settings.split().ordinal(), kind.ordinal(), 1), kind, width, height);
    }

    private Page document(Rng rng, DocumentKind kind, int width, int height) {
        Condition condition = Condition.draw(rng, settings.effects());
        Composition composition = Composition.of(kind, settings, rng, condition, width, height);
        Rendered rendered = PageRenderer.render(composition.drawing(), condition, rng, settings.colour());
        return Captions.ofDocument(rendered, kind, composition);
    }
}
