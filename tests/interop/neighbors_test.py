"""The comparison of two answers lets ties swap, and nothing else."""
import unittest

import numpy as np
from small_snapshot import assert_nearest, assert_same_neighbors, assert_scores, cosines_to

COSINES = {"a": 0.9, "b": 0.8, "b'": 0.8 + 1e-7, "c": 0.7, "d": 0.6, "d'": 0.6 - 1e-7, "e": 0.5999}
ANSWER = ["a", "b", "b'", "c", "d"]


class SameNeighbors(unittest.TestCase):
    def test_ties_may_swap_and_the_last_may_be_another_that_ties(self):
        for found in (ANSWER, ["a", "b'", "b", "c", "d"], ["a", "b", "b'", "c", "d'"]):
            assert_same_neighbors(self, ANSWER, found, COSINES)
            assert_same_neighbors(self, found, ANSWER, COSINES)
        assert_same_neighbors(self, [], [], {})

    def test_a_wrong_neighbour_or_order_or_number_fails(self):
        for found in (["b", "a", "b'", "c", "d"], ["a", "b", "b'", "d", "c"], ["a", "b", "b'", "c", "e"],
                      ["a", "b", "b", "c", "d"], ["a", "b", "c", "d", "e"], ["a", "b", "b'", "c"]):
            with self.subTest(found=found), self.assertRaises(AssertionError):
                assert_same_neighbors(self, ANSWER, found, COSINES)

    def test_a_neighbour_left_out_for_one_that_ties_fails_unless_it_is_the_last(self):
        cosines = dict(COSINES, x=0.8)
        with self.assertRaises(AssertionError):
            assert_same_neighbors(self, ANSWER, ["a", "b", "x", "c", "d"], cosines)

    def test_a_wrong_score_fails(self):
        assert_scores(self, [("a", 0.900001)], COSINES)
        with self.assertRaises(AssertionError):
            assert_scores(self, [("a", 0.9001)], COSINES)

    def test_the_exact_nearest_are_those_of_the_vectors(self):
        vectors, words = np.array([[1, 0], [2, 2], [0, 1], [3, 1]], dtype=np.float32), ["p", "q", "r", "s"]
        self.assertEqual([round(c, 4) for c in cosines_to(vectors, words, 0).values()], [0.7071, 0.0, 0.9487])
        assert_nearest(self, vectors, words, 0, [("s", 0.948683), ("q", 0.707107)])
        with self.assertRaises(AssertionError):
            assert_nearest(self, vectors, words, 0, [("s", 0.948683), ("r", 0.0)])


if __name__ == "__main__":
    unittest.main()
