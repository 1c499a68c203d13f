"""Answers Flask's errors by the table of problems."""

from flask import Flask, Response, request
from flask_limiter import RateLimitExceeded

from webapp.problems import PROBLEMS, Problem, log_problem, problem_answer, problem_of
from webapp.rate_limits import of_limiter
from webapp.request_ids import request_id


def install(app: Flask) -> None:
    """Answers every error of the application by the table."""
    for kind in (*PROBLEMS, RateLimitExceeded):
        app.register_error_handler(kind, _answer)


def problem_response(problem: Problem) -> Response:
    """The answer to this request that reports ``problem``."""
    answer = problem_answer(problem, request.path, request_id())
    return Response(answer.body, answer.status, dict(answer.headers), content_type=answer.content_type)


def _answer(error: Exception) -> Response:
    if isinstance(error, RateLimitExceeded):
        error = of_limiter(error)
    problem = problem_of(error)
    log_problem(problem, error, method=request.method, endpoint=request.endpoint)
    return problem_response(problem)
