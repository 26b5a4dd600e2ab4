"""The routes for jobs. Pages poll those of `look`, so that module avoids slow imports."""
