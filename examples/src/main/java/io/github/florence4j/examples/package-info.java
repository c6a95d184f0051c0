/** Small programs that show the Java API; each is run by a test. */
package io.github.florence4j.examples;
