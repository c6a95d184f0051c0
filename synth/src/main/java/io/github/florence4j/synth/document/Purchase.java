package io.github.florence4j.synth.document;

import io.github.florence4j.synth.content.Content;
import io.github.florence4j.synth.content.Money;
import io.github.florence4j.synth.content.Rng;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Things bought: prices, amounts and sums are all admitted by the split of the document.
 *
 * @param items one for each row
 * @param net the sum of the amounts
 * @param tax a tenth of it, rounded down
 * @param gross both together
 */
record Purchase(List<Item> items, Money net, Money tax, Money gross) {
    private static final int MOST_TRIES = 100_000;

    /** A row of a purchase. */
    record Item(String name, int quantity, Money price, Money amount) {}

    /**
     * Draws a purchase.
     *
     * @param mostQuantity the highest quantity, 1 for single things
     * @param taxed whether tax and gross amount will be shown, and the net amount; else the net amount alone
     */
    static Purchase draw(
            Rng rng, Content content, Supplier<String> names, int count, int mostQuantity, int dearest, boolean taxed) {
        List<String> things = Content.distinct(count, names);
        for (int i = 0; i < MOST_TRIES; i++) {
            List<Item> items = new ArrayList<>();
            long sum = 0;
            for (String thing : things) {
                Item item = item(rng, content, thing, mostQuantity, dearest);
                items.add(item);
                sum += item.amount().cents();
            }
            Money net = new Money(sum);
            Money tax = new Money(sum / 10);
            Money gross = new Money(sum + sum / 10);
            boolean admitted = content.admits(net.digits())
                    && (!taxed || content.admits(tax.digits()) && content.admits(gross.digits()));
            if (admitted) {
                return new Purchase(items, net, tax, gross);
            }
        }
        throw new IllegalStateException("no purchase whose sums are admitted was drawn");
    }

    private static Item item(Rng rng, Content content, String thing, int mostQuantity, int dearest) {
        while (true) {
            Money price = content.money(50, dearest);
            int quantity = rng.chance(0.4) ? 1 : rng.between(1, mostQuantity);
            Money amount = new Money(quantity * price.cents());
            if (content.admits(amount.digits())) {
                return new Item(thing, quantity, price, amount);
            }
        }
    }
}
