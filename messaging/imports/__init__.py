"""Contact files: read line by line, judged for the preview, merged after approval."""
