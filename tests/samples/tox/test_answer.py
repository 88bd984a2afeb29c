import unittest


class Answer(unittest.TestCase):
    def test_answer(self):
        self.assertEqual(6 * 7, 42)
