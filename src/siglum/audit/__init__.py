"""Where each byte of an Image comes from. A stage: may import `siglum.records`, `siglum.target` and what lies below."""
