package io.github.florence4j.torch.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.florence4j.torch.DType;
import io.github.florence4j.torch.Shapes;
import io.github.florence4j.torch.file.InvalidWeightsException;
import io.github.florence4j.torch.file.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file, checked: types are known, sizes agree with byte ranges, and the ranges cover
 * the rest of the file without a gap or an overlap.
 */
record SafetensorsHeader(Map<String, TensorInfo> tensors, Map<String, String> metadata) {
    private static final String METADATA = "__metadata__";
    private static final int MAX_DIMENSIONS = 16;
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    static SafetensorsHeader parse(Path path, byte[] json, long dataBegin, long fileSize) throws IOException {
        JsonNode root = tree(path, json);
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            if (entry.getKey().equals(METADATA)) {
                entry.getValue()
                        .properties()
                        .forEach(pair ->
                                metadata.put(pair.getKey(), pair.getValue().asText()));
            } else {
                tensors.put(entry.getKey(), tensor(path, entry.getKey(), entry.getValue(), dataBegin));
            }
        }
        checkCoverage(path, tensors, dataBegin, fileSize);
        return new SafetensorsHeader(Collections.unmodifiableMap(tensors), Collections.unmodifiableMap(metadata));
    }

    private static JsonNode tree(Path path, byte[] json) throws IOException {
        try {
            JsonNode root = JSON.readTree(json);
            if (!root.isObject()) {
                throw new InvalidWeightsException(path + " is not a safetensors file: its header is not a JSON object");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw new InvalidWeightsException(
                    path + " has a header that is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static TensorInfo tensor(Path path, String name, JsonNode node, long dataBegin) {
        String where = path + ": tensor " + name;
        String dtypeName = node.path("dtype").asText();
        DType dtype = DType.ofSafetensors(dtypeName)
                .orElseThrow(() -> new InvalidWeightsException(
                        where + " has element type \"" + dtypeName + "\"; expected one of " + DType.known()));
        List<Long> shape = numbers(where, "shape", node.path("shape"));
        List<Long> offsets = numbers(where, "data_offsets", node.path("data_offsets"));
        if (shape.size() > MAX_DIMENSIONS || offsets.size() != 2) {
            throw new InvalidWeightsException(where + " has " + shape.size() + " dimensions and " + offsets.size()
                    + " offsets; expected at most " + MAX_DIMENSIONS + " and exactly 2");
        }
        long bytes = offsets.get(1) - offsets.get(0);
        if (bytes < 0 || bytes != byteCount(where, shape, dtype)) {
            throw new InvalidWeightsException(where + " of shape " + Shapes.format(shape) + " and type " + dtypeName
                    + " cannot have " + bytes + " bytes");
        }
        try {
            return TensorInfo.rowMajor(
                    name,
                    dtype,
                    shape,
                    Math.addExact(dataBegin, offsets.get(0)),
                    Math.addExact(dataBegin, offsets.get(1)));
        } catch (ArithmeticException e) {
            throw tooLarge(where, shape, e);
        }
    }

    private static List<Long> numbers(String where, String field, JsonNode node) {
        List<Long> numbers = new ArrayList<>();
        for (JsonNode element : node) {
            if (!element.isIntegralNumber() || !element.canConvertToLong() || element.longValue() < 0) {
                throw new InvalidWeightsException(
                        where + " has " + element + " in its " + field + "; expected numbers of 0 or more");
            }
            numbers.add(element.longValue());
        }
        if (!node.isArray()) {
            throw new InvalidWeightsException(where + " has no list \"" + field + "\"");
        }
        return numbers;
    }

    private static long byteCount(String where, List<Long> shape, DType dtype) {
        try {
            return Math.multiplyExact(Shapes.count(shape), dtype.bytes());
        } catch (ArithmeticException e) {
            throw tooLarge(where, shape, e);
        }
    }

    private static InvalidWeightsException tooLarge(String where, List<Long> shape, ArithmeticException cause) {
        return new InvalidWeightsException(
                where + " of shape " + Shapes.format(shape) + " has more bytes than a number can count", cause);
    }

    private static void checkCoverage(Path path, Map<String, TensorInfo> tensors, long dataBegin, long fileSize) {
        List<TensorInfo> inOrder = new ArrayList<>(tensors.values());
        inOrder.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        long at = dataBegin;
        for (TensorInfo tensor : inOrder) {
            if (tensor.begin() != at) {
                throw new InvalidWeightsException(path + ": tensor " + tensor.name() + " begins at byte "
                        + tensor.begin() + (tensor.begin() < at ? ", inside another" : ", after a gap")
                        + "; expected " + at);
            }
            at = tensor.end();
        }
        if (at > fileSize) {
            throw new InvalidWeightsException(
                    path + " is truncated: its tensors end at byte " + at + " but the file has " + fileSize);
        }
        if (at < fileSize) {
            throw new InvalidWeightsException(
                    path + " has " + (fileSize - at) + " bytes after its last tensor; " + "expected none");
        }
    }
}
