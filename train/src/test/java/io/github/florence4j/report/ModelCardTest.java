package io.github.florence4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.github.florence4j.report.ModelCard.DataFacts;
import io.github.florence4j.report.ModelCard.Fact;
import io.github.florence4j.report.ModelCard.Facts;
import io.github.florence4j.report.ModelCard.Form;
import io.github.florence4j.report.ModelCard.ScoreFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCardTest {
    private static final Pattern FRONT_MATTER = Pattern.compile("\\A---\n(.*?\n)---\n\n# ", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void beginsWithTheFrontMatterOfTheHub() throws IOException {
        JsonNode front = frontMatter(ModelCard.text(facts("microsoft/Florence-2-base-ft@main", Form.TRANSFORMERS)));

        assertThat(front)
                .isEqualTo(
                        new ObjectMapper()
                                .readTree(
                                        """
                        {"library_name": "transformers", "base_model": "microsoft/Florence-2-base-ft",
                         "base_model_relation": "finetune", "pipeline_tag": "image-text-to-text",
                         "tags": ["florence-2", "florence4j", "vision", "fine-tuned"],
                         "datasets": ["HuggingFaceM4/DocumentVQA"], "metrics": ["anls", "cer"]}
                        """));
    }

    @Test
    void namesNoBaseInTheFrontMatterThatTheHubCannotKnow() throws IOException {
        JsonNode front = frontMatter(ModelCard.text(facts("./checkpoints/base", Form.ADAPTER)));

        assertThat(front.has("base_model")).isFalse();
        assertThat(front.get("library_name").asText()).isEqualTo("peft");
    }

    @Test
    void tellsDataParametersSettingsAndFigures() throws IOException {
        ModelCard.write(folder, facts("microsoft/Florence-2-base-ft", Form.TRANSFORMERS));

        assertThat(folder.resolve("README.md"))
                .content()
                .contains(
                        """
                        | on the validation data | base model | this model |
                        | --- | --- | --- |
                        | anls | **0.2500** (95 % interval 0.2200 to 0.2800, 200 samples) | \
                        **0.5000** (95 % interval 0.4700 to 0.5300, 200 samples) |
                        | cer | not measured | **0.7500** (95 % interval 0.7000 to 0.8000, 200 samples) |
                        """,
                        """
                        | training | `docvqa:data/train*.parquet` | `<DocVQA>{question}` | 39,463 | 3 |
                        """,
                        "3,000,000 of 231,000,000 parameters were trained (1.30 %), 228,000,000 were frozen.\n",
                        """
                        | setting | value |
                        | --- | --- |
                        | learning\\_ rate | 1e-6 \\| linear |
                        """,
                        "![Curves of the training run](curves.png)");
        assertThat(folder.toFile().list()).containsExactly("README.md");
    }

    @Test
    void saysHowToLoadEachForm() {
        assertThat(ModelCard.text(facts("microsoft/Florence-2-base-ft", Form.TRANSFORMERS)))
                .contains(
                        "florence4j run --model path/to/docvqa --prompt '<DocVQA>What'\\''s \"it\"?' image.png",
                        "model.run(Task.custom(\"<DocVQA>What's \\\"it\\\"?\"), image)",
                        "Florence2ForConditionalGeneration.from_pretrained(\"path/to/docvqa\")",
                        "max_new_tokens=512");
        assertThat(ModelCard.text(facts("microsoft/Florence-2-base-ft@main", Form.MICROSOFT)))
                .contains(
                        "AutoModelForCausalLM.from_pretrained(\"path/to/docvqa\", trust_remote_code=True)",
                        "AutoProcessor.from_pretrained(\"microsoft/Florence-2-base-ft\", trust_remote_code=True)");
        assertThat(ModelCard.text(facts("florence-community/Florence-2-base-ft", Form.ADAPTER)))
                .contains(
                        "florence4j merge --model florence-community/Florence-2-base-ft --adapter path/to/docvqa",
                        "base = Florence2ForConditionalGeneration.from_pretrained(\"florence-community/Florence-2-base-ft\")",
                        "PeftModel.from_pretrained(base, \"path/to/docvqa\")");
        assertThat(ModelCard.text(facts("microsoft/Florence-2-base-ft", Form.TRANSFORMERS)
                        .ofAdapters("adapter", Form.MICROSOFT_ADAPTER)))
                .contains(
                        "# docvqa/adapter",
                        "base = AutoModelForCausalLM.from_pretrained(\"microsoft/Florence-2-base-ft\", trust_remote_code=True)",
                        "PeftModel.from_pretrained(base, \"path/to/docvqa/adapter\")")
                .doesNotContain("curves.png");
    }

    @Test
    void leavesNoMarkupToWhatItQuotes() {
        assertThat(Markdown.plain("<b> a|b *c* _d_ e_f `g`\n[h](i)"))
                .isEqualTo("\\<b\\> a\\|b \\*c\\* \\_d\\_ e_f \\`g\\` \\[h\\](i)");
        assertThat(Markdown.code("a|`b`")).isEqualTo("`` a\\|`b` ``");
        assertThat(new Markdown().block("", "```").toString()).isEqualTo("````\n```\n````\n");
    }

    @Test
    void namesTheMachineButNoHostUserOrPath() {
        List<Fact> rows = MachineFacts.rows();

        assertThat(rows).extracting(Fact::name).contains("logical processors", "memory", "Java", "libtorch presets");
        assertThat(rows).extracting(Fact::value).allSatisfy(value -> assertThat(value)
                .isNotBlank()
                .doesNotContain(System.getProperty("user.home"), System.getProperty("user.dir")));
    }

    private static Facts facts(String base, Form form) {
        return new Facts(
                "docvqa",
                base,
                form,
                "<DocVQA>What's \"it\"?",
                512,
                List.of("HuggingFaceM4/DocumentVQA", "data/my/own"),
                List.of(
                        new DataFacts("training", "docvqa:data/train*.parquet", "<DocVQA>{question}", 39_463, 3),
                        new DataFacts("validation", "docvqa:data/val*.parquet", "<DocVQA>{question}", 5_349, 0)),
                3_000_000,
                228_000_000,
                List.of(new Fact("learning_ rate", "1e-6 | linear")),
                List.of(
                        new ScoreFacts("anls", Points.anls(0.25, 0.03), Points.anls(0.5, 0.03)),
                        new ScoreFacts("cer", null, Points.anls(0.75, 0.05))),
                List.of(new Fact("steps", "900")),
                List.of(new Fact("logical processors", "2")),
                "curves.png");
    }

    private static JsonNode frontMatter(String card) throws IOException {
        Matcher matcher = FRONT_MATTER.matcher(card);
        assertThat(matcher.find()).isTrue();
        return new ObjectMapper(new YAMLFactory()).readTree(matcher.group(1));
    }
}
