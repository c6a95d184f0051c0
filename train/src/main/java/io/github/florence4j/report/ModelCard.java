package io.github.florence4j.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.github.florence4j.hub.HubId;
import io.github.florence4j.metrics.Estimate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The model card of a training run: {@value #FILE} with the
 * <a href="https://huggingface.co/docs/hub/model-cards">front matter of the Hugging Face hub</a>, what the model was trained
 * on and how, what it scores, and how to load it. It says what it is given and nothing else about the machine.
 */
public final class ModelCard {
    /** Name of the file. */
    public static final String FILE = "README.md";

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES));

    private ModelCard() {}

    /** What the output folder holds. */
    public enum Form {
        /** A checkpoint in the layout of the transformers library. */
        TRANSFORMERS,
        /** A checkpoint in the layout of the original code. */
        MICROSOFT,
        /** LoRA adapters in PEFT's format, to be loaded upon a base model in the layout of the transformers library. */
        ADAPTER,
        /** LoRA adapters in PEFT's format, to be loaded upon a base model in the layout of the original code. */
        MICROSOFT_ADAPTER;

        /** Whether it needs a base model. */
        boolean isAdapter() {
            return this == ADAPTER || this == MICROSOFT_ADAPTER;
        }
    }

    /**
     * Something by its name.
     *
     * @param name what it is
     * @param value in words
     */
    public record Fact(String name, String value) {}

    /**
     * A source of data.
     *
     * @param use {@code training} or {@code validation}
     * @param source as the user named it
     * @param prompt the template of its prompts
     * @param samples how many samples there are
     * @param rejected how many were left out because they could not be read
     */
    public record DataFacts(String use, String source, String prompt, long samples, long rejected) {}

    /**
     * A metric on the validation data.
     *
     * @param before the score of the base model; null when it was not measured
     * @param after the score of this model; null when it was not measured
     */
    public record ScoreFacts(String metric, @Nullable Estimate before, @Nullable Estimate after) {}

    /**
     * All that the card says.
     *
     * @param name the heading, and the folder's name in the examples
     * @param baseModel the hub id or folder that training began with, as the user named it
     * @param form what the output folder holds
     * @param examplePrompt a prompt as the model takes it, for the examples: {@code <DocVQA>What is the date?}
     * @param longestAnswer the longest answer that the model has room for, in tokens
     * @param hubDatasets ids of hub data sets for the front matter; what is no {@code owner/name} is left out there
     * @param data the sources, in the order of the table
     * @param trainedParameters number of parameters that were trained
     * @param frozenParameters number of parameters that were not
     * @param settings hyperparameters
     * @param scores the metrics before and after
     * @param outcome what else came of the run: steps, losses, the best step, time
     * @param machine what it ran on, and versions ({@link MachineFacts})
     * @param picture file name of the curves in the same folder; null when there are none
     */
    public record Facts(
            String name,
            String baseModel,
            Form form,
            String examplePrompt,
            int longestAnswer,
            List<String> hubDatasets,
            List<DataFacts> data,
            long trainedParameters,
            long frozenParameters,
            List<Fact> settings,
            List<ScoreFacts> scores,
            List<Fact> outcome,
            List<Fact> machine,
            @Nullable String picture) {

        /** Copies the lists. */
        public Facts {
            hubDatasets = List.copyOf(hubDatasets);
            data = List.copyOf(data);
            settings = List.copyOf(settings);
            scores = List.copyOf(scores);
            outcome = List.copyOf(outcome);
            machine = List.copyOf(machine);
        }

        /** What the card of adapters says that lie in a folder of the result. */
        public Facts ofAdapters(String folder, Form adapterForm) {
            return new Facts(
                    name + "/" + folder,
                    baseModel,
                    adapterForm,
                    examplePrompt,
                    longestAnswer,
                    hubDatasets,
                    data,
                    trainedParameters,
                    frozenParameters,
                    settings,
                    scores,
                    outcome,
                    machine,
                    null);
        }
    }

    /** Writes {@value #FILE} into a folder that exists; the file appears whole or not at all. */
    public static void write(Path folder, Facts facts) throws IOException {
        OutputFile.write(folder.resolve(FILE), text(facts));
    }

    static String text(Facts facts) {
        Markdown card = new Markdown();
        card.heading(1, facts.name());
        card.paragraph("Florence-2, fine-tuned from " + Markdown.code(facts.baseModel()) + " with florence4j.");
        addScores(card, facts);
        addData(card, facts);
        addTraining(card, facts);
        ModelCardUse.add(card, facts);
        return "---\n" + frontMatter(facts) + "---\n\n" + card;
    }

    private static String frontMatter(Facts facts) {
        ObjectNode front = JsonNodeFactory.instance.objectNode();
        boolean isAdapter = facts.form().isAdapter();
        front.put("library_name", isAdapter ? "peft" : "transformers");
        if (HubId.looksLikeHubId(facts.baseModel()) && !Files.isDirectory(Path.of(facts.baseModel()))) {
            front.put("base_model", HubId.parse(facts.baseModel()).repository());
            front.put("base_model_relation", isAdapter ? "adapter" : "finetune");
        }
        front.put("pipeline_tag", "image-text-to-text");
        list(front, "tags", Stream.of("florence-2", "florence4j", "vision", isAdapter ? "lora" : "fine-tuned"));
        list(front, "datasets", facts.hubDatasets().stream().filter(HubId::looksLikeHubId));
        list(front, "metrics", facts.scores().stream().map(ScoreFacts::metric));
        try {
            return YAML.writeValueAsString(front);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void list(ObjectNode front, String key, Stream<String> values) {
        List<String> distinct = values.distinct().toList();
        if (!distinct.isEmpty()) {
            distinct.forEach(front.putArray(key)::add);
        }
    }

    private static void addScores(Markdown card, Facts facts) {
        if (facts.scores().isEmpty() && facts.outcome().isEmpty()) {
            return;
        }
        card.heading(2, "Figures");
        List<List<String>> rows = new ArrayList<>();
        for (ScoreFacts score : facts.scores()) {
            rows.add(List.of(Markdown.plain(score.metric()), figure(score.before()), figure(score.after())));
        }
        card.table(List.of("on the validation data", "base model", "this model"), rows);
        addFacts(card, "run", facts.outcome());
        if (facts.picture() != null) {
            card.paragraph("![Curves of the training run](" + facts.picture() + ")");
        }
    }

    private static String figure(@Nullable Estimate estimate) {
        if (estimate == null) {
            return "not measured";
        }
        return String.format(
                Locale.ROOT,
                "**%.4f** (%.0f %% interval %.4f to %.4f, %,d samples)",
                estimate.value(),
                100 * estimate.bootstrap().confidence(),
                estimate.low(),
                estimate.high(),
                estimate.samples());
    }

    private static void addData(Markdown card, Facts facts) {
        card.heading(2, "Data");
        List<List<String>> rows = new ArrayList<>();
        for (DataFacts data : facts.data()) {
            rows.add(List.of(
                    Markdown.plain(data.use()),
                    Markdown.code(data.source()),
                    Markdown.code(data.prompt()),
                    number(data.samples()),
                    number(data.rejected())));
        }
        card.table(List.of("used for", "source", "prompt", "samples", "rejected"), rows);
    }

    private static void addTraining(Markdown card, Facts facts) {
        card.heading(2, "Training");
        long all = facts.trainedParameters() + facts.frozenParameters();
        card.paragraph(String.format(
                Locale.ROOT,
                "%s of %s parameters were trained (%.2f %%), %s were frozen.",
                number(facts.trainedParameters()),
                number(all),
                all == 0 ? 0.0 : 100.0 * facts.trainedParameters() / all,
                number(facts.frozenParameters())));
        addFacts(card, "setting", facts.settings());
        addFacts(card, "machine and versions", facts.machine());
    }

    private static void addFacts(Markdown card, String title, List<Fact> facts) {
        card.table(
                List.of(title, "value"),
                facts.stream()
                        .map(fact -> List.of(Markdown.plain(fact.name()), Markdown.plain(fact.value())))
                        .toList());
    }

    private static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
