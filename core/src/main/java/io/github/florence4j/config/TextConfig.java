package io.github.florence4j.config;

/**
 * The BART encoder-decoder (reference: {@code BartConfig}; specification 1.2).
 *
 * @param vocabSize rows of the token table: 51,289 in the original layout, 51,328 in the transformers layout
 * @param dModel model width
 * @param encoderLayers encoder layers
 * @param decoderLayers decoder layers
 * @param encoderAttentionHeads heads per encoder attention
 * @param decoderAttentionHeads heads per decoder attention
 * @param encoderFfnDim inner width of the encoder's feed-forward networks
 * @param decoderFfnDim inner width of the decoder's feed-forward networks
 * @param maxPositionEmbeddings longest sequence; the position tables have two rows more
 * @param dropout dropout on embeddings and sub-layer outputs, in training
 * @param attentionDropout dropout on attention weights, in training
 * @param activationDropout dropout after the activation of the feed-forward networks, in training
 * @param encoderLayerdrop chance to skip an encoder layer, in training
 * @param decoderLayerdrop chance to skip a decoder layer, in training
 * @param scaleEmbedding whether embeddings are multiplied by the square root of the width
 * @param initStd standard deviation of fresh weights
 * @param bosTokenId id of {@code <s>}
 * @param padTokenId id of {@code <pad>}
 * @param eosTokenId id of {@code </s>}
 * @param decoderStartTokenId first id of every decoded sequence
 */
public record TextConfig(
        int vocabSize,
        int dModel,
        int encoderLayers,
        int decoderLayers,
        int encoderAttentionHeads,
        int decoderAttentionHeads,
        int encoderFfnDim,
        int decoderFfnDim,
        int maxPositionEmbeddings,
        double dropout,
        double attentionDropout,
        double activationDropout,
        double encoderLayerdrop,
        double decoderLayerdrop,
        boolean scaleEmbedding,
        double initStd,
        int bosTokenId,
        int padTokenId,
        int eosTokenId,
        int decoderStartTokenId) {

    /** Checks the values; the message of the exception says what was expected. */
    public TextConfig {
        Checks.positive("text_config.vocab_size", vocabSize);
        Checks.positive("text_config.d_model", dModel);
        Checks.positive("text_config.encoder_layers", encoderLayers);
        Checks.positive("text_config.decoder_layers", decoderLayers);
        Checks.positive("text_config.encoder_ffn_dim", encoderFfnDim);
        Checks.positive("text_config.decoder_ffn_dim", decoderFfnDim);
        Checks.positive("text_config.max_position_embeddings", maxPositionEmbeddings);
        headsDivide("encoder_attention_heads", encoderAttentionHeads, dModel);
        headsDivide("decoder_attention_heads", decoderAttentionHeads, dModel);
    }

    private static void headsDivide(String field, int heads, int width) {
        Checks.require(
                heads > 0 && width % heads == 0,
                "text_config.%s is %d, which does not divide d_model %d",
                field,
                heads,
                width);
    }

    /** This configuration with the table sizes that the weights really have. */
    public TextConfig withTables(int vocabularyRows, int positions) {
        return new TextConfig(
                vocabularyRows,
                dModel,
                encoderLayers,
                decoderLayers,
                encoderAttentionHeads,
                decoderAttentionHeads,
                encoderFfnDim,
                decoderFfnDim,
                positions,
                dropout,
                attentionDropout,
                activationDropout,
                encoderLayerdrop,
                decoderLayerdrop,
                scaleEmbedding,
                initStd,
                bosTokenId,
                padTokenId,
                eosTokenId,
                decoderStartTokenId);
    }
}
