package io.github.florence4j.report;

import io.github.florence4j.hub.HubId;
import io.github.florence4j.report.ModelCard.Facts;

/** The part of a model card that says how to load the model. */
final class ModelCardUse {
    private ModelCardUse() {}

    static void add(Markdown card, Facts facts) {
        card.heading(2, "How to use it");
        String folder = "path/to/" + facts.name();
        String loaded = facts.form().isAdapter() ? "path/to/merged" : folder;
        card.paragraph("With florence4j, on the command line and in Java:");
        String merge = facts.form().isAdapter()
                ? "florence4j merge --model " + shell(facts.baseModel()) + " --adapter " + shell(folder) + " --output "
                        + shell(loaded) + "\n"
                : "";
        card.block(
                "sh",
                merge + "florence4j run --model " + shell(loaded) + " --prompt " + shell(facts.examplePrompt())
                        + " image.png");
        card.block(
                "java",
                """
                try (Florence2 model = Florence2.load(%s)) {
                    RgbImage image = RgbImage.read(Path.of("image.png"));
                    String answer = model.run(Task.custom(%s), image);
                }
                """
                        .formatted(quoted(loaded), quoted(facts.examplePrompt())));
        card.paragraph("With transformers, in Python:");
        card.block("python", python(facts, folder));
    }

    private static String python(Facts facts, String folder) {
        String load =
                switch (facts.form()) {
                    case TRANSFORMERS ->
                        """
                        from transformers import AutoProcessor, Florence2ForConditionalGeneration

                        model = Florence2ForConditionalGeneration.from_pretrained(%1$s)
                        processor = AutoProcessor.from_pretrained(%1$s)
                        """
                                .formatted(quoted(folder));
                    case MICROSOFT ->
                        """
                        from transformers import AutoModelForCausalLM, AutoProcessor

                        # the original code, of the original model
                        model = AutoModelForCausalLM.from_pretrained(%1$s, trust_remote_code=True)
                        processor = AutoProcessor.from_pretrained(%2$s, trust_remote_code=True)
                        """
                                .formatted(quoted(folder), quoted(base(facts)));
                    case MICROSOFT_ADAPTER ->
                        """
                        from peft import PeftModel
                        from transformers import AutoModelForCausalLM, AutoProcessor

                        # the original code, of the original model
                        base = AutoModelForCausalLM.from_pretrained(%1$s, trust_remote_code=True)
                        model = PeftModel.from_pretrained(base, %2$s)
                        processor = AutoProcessor.from_pretrained(%1$s, trust_remote_code=True)
                        """
                                .formatted(quoted(base(facts)), quoted(folder));
                    case ADAPTER ->
                        """
                        from peft import PeftModel
                        from transformers import AutoProcessor, Florence2ForConditionalGeneration

                        base = Florence2ForConditionalGeneration.from_pretrained(%1$s)
                        model = PeftModel.from_pretrained(base, %2$s)
                        processor = AutoProcessor.from_pretrained(%1$s)
                        """
                                .formatted(quoted(base(facts)), quoted(folder));
                };
        return "from PIL import Image\n" + load
                + """

                image = Image.open("image.png").convert("RGB")
                inputs = processor(text=%s, images=image, return_tensors="pt")
                tokens = model.generate(**inputs, max_new_tokens=%s, num_beams=3)
                print(processor.batch_decode(tokens, skip_special_tokens=True)[0])
                """
                        .formatted(quoted(facts.examplePrompt()), facts.longestAnswer());
    }

    private static String base(Facts facts) {
        String base = facts.baseModel();
        return HubId.looksLikeHubId(base) ? HubId.parse(base).repository() : base;
    }

    /** A word for a POSIX shell. */
    private static String shell(String word) {
        return word.matches("[A-Za-z0-9_./@:=-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** A literal that Java and Python read alike. */
    private static String quoted(String text) {
        return '"'
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t")
                + '"';
    }
}
