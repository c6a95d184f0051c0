package io.github.florence4j.parse;

import java.util.Set;

/** Phrases that grounding does not report: words that name nothing (the black list of specification 7.7). */
final class GroundingStopWords {
    private static final Set<String> WORDS = Set.of(
            ("it,I,me,mine,you,your,yours,he,him,his,she,her,hers,they,them,their,theirs,one,oneself,we,us,our,ours,its,"
                            + "myself,yourself,himself,herself,itself,ourselves,yourselves,themselves,this,that,these,"
                            + "those,who,whom,whose,which,what,all,another,any,anybody,anyone,anything,each,everybody,"
                            + "everyone,everything,few,many,nobody,none,several,some,somebody,someone,something,"
                            + "each other,one another,the image,image,images,the,a,an,a group,other objects,lots,a set")
                    .split(","));

    private GroundingStopWords() {}

    /** Whether the label is one of them, letter for letter. */
    static boolean contains(String label) {
        return WORDS.contains(label);
    }
}
