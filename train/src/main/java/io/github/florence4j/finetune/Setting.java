package io.github.florence4j.finetune;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a key of the configuration means; the help of the command and the reference pages are made from it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /** One sentence, with unit and range. */
    String value();

    /** What stands for the value in the help, such as {@code DIR}. */
    String label();

    /** Whether a run may be resumed with another value: true of all that leaves the steps themselves alone. */
    boolean free() default false;
}
