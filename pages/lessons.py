"""Lessons: predict, try, and see the result beside the paper's."""

from explorer.ui.lesson_page import lessons_page

lessons_page()
