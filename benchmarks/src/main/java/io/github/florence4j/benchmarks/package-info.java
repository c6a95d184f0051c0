/** JMH benchmarks of the parts that need no checkpoint. */
package io.github.florence4j.benchmarks;
