"""English to likely words and phrases, by retrieval and a grammar of common constructions, offline and in milliseconds.

Start reading at `proposer`; the rules of English are in `english`. Imports what `siglum.propose` may.
"""

from siglum.propose.lexical.numerals import literals
from siglum.propose.lexical.proposer import LexicalProposer, fragments, priors, retrieve
from siglum.propose.lexical.reading import Fragment, understood
from siglum.propose.lexical.similarity import Similarity

__all__ = ["Fragment", "LexicalProposer", "Similarity", "fragments", "literals", "priors", "retrieve", "understood"]
