"""Numbers for pictures that style was transferred to, whoever made them: how near the style, how near the content."""
