"""What a page of ours may load, and who may frame it: the header Content-Security-Policy."""

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'unsafe-eval'"],  # Unfold's Alpine evaluates its attributes
        "style-src": ["'self'", "'unsafe-inline'"],  # Unfold sets styles in place
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
