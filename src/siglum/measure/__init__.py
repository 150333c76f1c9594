"""What things cost: tokens in the vocabularies of language models. A stage: may import `siglum.errors` and below it."""
