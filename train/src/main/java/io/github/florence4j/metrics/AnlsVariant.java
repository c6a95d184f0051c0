package io.github.florence4j.metrics;

/**
 * The definitions of ANLS in use; they differ in normalisation, in the references that count, in the length that divides
 * the edit distance and at a normalised distance of exactly one half. Two empty texts, where a script would divide zero
 * by zero, are at distance 0.
 */
public enum AnlsVariant {
    /**
     * The evaluation script of the Robust Reading Competition (DocVQA, InfographicVQA): stripped, lower case, white space
     * collapsed; all references; divided by the longer of the RAW texts (in upper case, as the script measures them);
     * one half keeps 0.5.
     */
    RRC("anls"),
    /**
     * The MP-DocVQA framework: lower case, stripped; all references; divided by the longer normalised text; one half
     * keeps 0.5; an empty answer and the answer "none" score 0.
     */
    MP_DOCVQA("anls-mp-docvqa"),
    /**
     * The article "Fine-tuning Florence-2" of June 2024: texts as they are; the first reference only; one half scores 0;
     * an empty answer scores 0.
     */
    BLOG_2024("anls-blog-2024"),
    /**
     * The article's repository today, without its mistake of comparing the letters of a reference one by one: lower
     * case, one final full stop dropped; all references; one half scores 0; an empty answer scores 0.
     */
    REPO_HEAD("anls-repo-head");

    private final String metricName;

    AnlsVariant(String metricName) {
        this.metricName = metricName;
    }

    /** The name in reports and on the command line. */
    public String metricName() {
        return metricName;
    }
}
