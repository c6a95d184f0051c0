/** Measurements: JMH micro-benchmarks and end-to-end programs. */
package io.github.florence4j.benchmarks;
