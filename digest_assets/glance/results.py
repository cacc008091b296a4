"""The sentence in which an abstract says what came out: what stands for a gist where no model wrote one.

Told by cues that writers of abstracts share ("outperforms", "results show", a percentage), by what a sentence of result
is not (a motivation, a proposal, an address, an outlook), and by its place. Measured on 200 abstracts of audio and
computer science, labelled by hand before it was written: docs/glance.md says how often it is right.
"""

from __future__ import annotations

import re

from digest_assets.llm.alignment import sentences_of_english

_OUTCOME = re.compile(
    r"\b(?:outperform\w*|surpass\w*|exceed\w*|achiev\w+|attain\w*|improv(?:e|es|ed|ing|ement|ements)|reduc(?:e|"
    r"es|ed|ing|tions?)|"
    r"gains?|state[- ]of[- ]the[- ]art|sota|superior\w*|comparable|on par|competitive|accurac(?:y|ies)|"
    r"significant(?:ly)?|consistent(?:ly)?|substantial(?:ly)?|yield\w*|rank(?:s|ed)|better|higher|lower|faster|"
    r"fewer|best|first place|"
    r"effective(?:ly|ness)?|robust(?:ly|ness)?|maintain\w*|narrow\w*|accelerat\w+|generaliz\w+|preserv\w+|"
    r"converge\w*)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:results?|experiments?|experimental(?:ly)?|evaluations?|analys[ei]s|findings?|validation|tests?|"
    r"comparisons?|ablations?|"
    r"simulations?|user study|observations?|empirical(?:ly)?|evidence|study|research|work|performance)\b[^.;]{0,110}?"
    r"\b(?:show\w*|demonstrat\w+|indicat\w+|reveal\w*|suggest\w*|confirm\w*|verif\w+|validat\w+|highlight\w*|"
    r"prove\w*|illustrat\w+|"
    r"showcase\w*|establish\w*|find|finds|found)\b"
    r"|\b(?:we|I)\b[^.;,]{0,30}\b(?:show|demonstrate|find|found|observe|prove|confirm|reveal|verify|establish|"
    r"identify|uncover|obtain)\b"
    r"|\bit was found\b|\bcan be observed\b|\bare observed\b|^(?:Extensive|Comprehensive) (?:experiment|evaluation)",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"\d+(?:\.\d+)?\s*(?:\\?%|percent|dB|ms|x\b|times)|\d\.\d|\\times|\$\s*\d|\b\d+(?:\.\d+)? (?:points?|fold)|p\s*<",
    re.IGNORECASE,
)
_PROPOSAL = re.compile(
    r"\b(?:we|this (?:paper|work|study|article|research)|the paper|I)\b[^.;]{0,40}\b(?:propos\w+|introduc\w+|"
    r"present\w*|develop\w*|"
    r"design\w*|investigat\w+|explor\w+|address\w*|stud(?:y|ies)|employ\w*|adopt\w*|us(?:e|es)|leverag\w+|"
    r"extend|train|aim\w*|"
    r"evaluat\w+|compar\w+|conduct\w*|focus\w*|collect|apply|construct|formaliz\w+)\b"
    r"|^(?:To (?:address|overcome|tackle|bridge|mitigate|this end|solve)|Specifically|Concretely|In particular|"
    r"First(?:ly)?,|Second(?:ly)?,|"
    r"Then,|Next,|Based on|Inspired|Motivated|Building on|By (?:leveraging|integrating))",
    re.IGNORECASE,
)
_MOTIVATION = re.compile(
    r"^(?:However|Yet|But|While|Although|Despite|Unfortunately|Existing|Recent|Traditional|Conventional|Prior|"
    r"Previous|Current|"
    r"Most|Many|In recent years)\b|\b(?:remains? (?:a |an )?(?:challeng\w+|unclear|open|difficult|limited|"
    r"unexplored|underexplored)|"
    r"has been|have been|is crucial|are crucial|suffer\w*|struggl\w+|fail\w* to|limitations?|lack of|often)\b",
)
_OUTLOOK = re.compile(
    r"\b(?:hope|future (?:work|research|directions|advances)|pav(?:e|es|ing) the way|potential\b|promising|"
    r"further research|catalyst|"
    r"opportunit\w+|practical (?:alternative|design)|provid\w+ (?:a|an|important) \w+|important considerations|"
    r"foundation)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"https?://|www\.|github|(?:code|samples|models?|data ?sets?|demo|page|benchmark)[^.]{0,60}\b(?:available|"
    r"released?|open[- ]sourc\w+)"
    r"|open[- ]sourc\w+ (?:the|our|all)|Index Terms|Keywords",
    re.IGNORECASE,
)
_CONCLUSION = re.compile(
    r"^(?:This|These|The|Our|Overall|Together|Thus)\b[^.;]{0,40}\b(?:results?|findings?|outcome|approach|"
    r"insights?|work|observations?)\b"
    r"[^.;]{0,30}\b(?:confirm|establish|highlight|underscor|contribut|provid|offer|affirm|position|emphasi|"
    r"bridg|represent|pav|open|allow|enabl)\w*",
    re.IGNORECASE,
)
_CONTRIBUTION = re.compile(
    r"\b(?:we|this (?:paper|work|study|article|monograph)|the paper|I)\b[^.;]{0,40}\b(?:propos\w+|introduc\w+|"
    r"present\w*)\b",
    re.IGNORECASE,
)
_LEAST_WORDS = 5


def result_sentence(abstract: str) -> str:
    """The sentence of the English `abstract` that best says its result, as it stands there.

    Where none reports one, that of the contribution; empty for an empty abstract.
    """
    sentences = sentences_of_english(abstract)
    if not sentences:
        return ""
    scored = [(_score(sentence, index, len(sentences)), index) for index, sentence in enumerate(sentences)]
    _, index = max(scored, key=lambda each: (each[0], each[1]))
    return sentences[index]


def _score(sentence: str, index: int, count: int) -> float:
    outcomes = len({match.lower()[:6] for match in _OUTCOME.findall(sentence)})
    score = 1.2 * min(outcomes, 3) + 1.6 * bool(_REPORTED.search(sentence)) + 1.5 * bool(_FIGURE.search(sentence))
    score += 1.5 * (index + 1) / count
    score += 0.4 * bool(_CONTRIBUTION.search(sentence))
    if _PROPOSAL.search(sentence):
        score -= 1.5 if not _REPORTED.search(sentence) else 0.5
    if _MOTIVATION.search(sentence):
        score -= 1.5
    if _CONCLUSION.search(sentence):
        score -= 1.2
    score -= 1.0 * bool(_OUTLOOK.search(sentence)) + 6 * bool(_ADDRESS.search(sentence))
    if index < count / 3:
        score -= 1.0
    if len(sentence.split()) < _LEAST_WORDS:
        score -= 4
    return score
