"""Scripts that share a connection: each caller gets its own answer, or an error that there is none."""

import asyncio
import time
from asyncio import Runner
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
import redis
from redis.exceptions import ConnectionError, ResponseError, TimeoutError

from tests.integration.stores.cutting_proxy import CuttingProxy
from tests.support.redis_server import RedisServer
from whatsapp_tasks.stores.script_pipeline import ScriptPipeline

ECHO = "return {KEYS[1], ARGV[1], #ARGV}"
COUNT = "return redis.call('INCR', KEYS[1])"
TIMEOUT = 0.3
SLACK = 0.7
"""For a busy machine."""


def told(server: RedisServer, *command: str) -> None:
    with redis.Redis(port=server.port) as client:
        client.execute_command(*command)


@pytest.fixture
def server(own_redis: Callable[..., RedisServer]) -> RedisServer:
    return own_redis()


@pytest.fixture
def run() -> Iterator[Callable[..., None]]:
    """Runs a coroutine function on a pipeline to the server, with a loop of its own."""
    with Runner() as runner:

        def run(url: str, scene: Callable[[ScriptPipeline], Coroutine[Any, Any, None]]) -> None:
            async def whole() -> None:
                pipeline = ScriptPipeline(url, TIMEOUT)
                try:
                    await scene(pipeline)
                finally:
                    await pipeline.close()

            runner.run(whole())

        yield run


def test_of_many_at_once_each_gets_its_own_answer(redis_url: str, run: Callable[..., None]) -> None:
    async def scene(pipeline: ScriptPipeline) -> None:
        for size in (1, 1000):  # answers that come in one piece, and in many
            asked = [(f"key-{n}", f"ü{n}" * size) for n in range(200)]
            answers = await asyncio.gather(*(pipeline.call(ECHO, [key], [arg]) for key, arg in asked))
            assert answers == [[key, arg, 1] for key, arg in asked]

    run(redis_url, scene)


def test_an_error_is_told_to_whom_it_concerns(redis_url: str, run: Callable[..., None]) -> None:
    async def scene(pipeline: ScriptPipeline) -> None:
        broken = "return redis.error_reply('BROKEN ' .. ARGV[1])"
        calls = [pipeline.call(broken if n % 3 == 0 else ECHO, ["k"], [n]) for n in range(30)]
        for n, answer in enumerate(await asyncio.gather(*calls, return_exceptions=True)):
            if n % 3 == 0:
                assert isinstance(answer, ResponseError)
                assert str(answer) == f"BROKEN {n}"
            else:
                assert answer == ["k", str(n), 1]

    run(redis_url, scene)


def test_scripts_that_redis_has_forgotten_run_once_each(
    server: RedisServer, run: Callable[..., None]
) -> None:
    async def scene(pipeline: ScriptPipeline) -> None:
        assert await pipeline.call(COUNT, ["n"], []) == 1
        told(server, "SCRIPT", "FLUSH")
        answers = await asyncio.gather(*(pipeline.call(COUNT, ["n"], []) for _ in range(20)))
        assert sorted(answers) == list(range(2, 22))

    run(server.url, scene)


def test_when_redis_hangs_all_are_answered_in_time_and_late_answers_are_nobodys(
    server: RedisServer, run: Callable[..., None]
) -> None:
    async def scene(pipeline: ScriptPipeline) -> None:
        assert await pipeline.call(COUNT, ["n"], []) == 1
        server.freeze()
        begun = time.monotonic()
        calls = [pipeline.call(COUNT, ["n"], []) for _ in range(50)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert time.monotonic() - begun < TIMEOUT + SLACK
        assert {type(answer) for answer in answers} == {TimeoutError}
        server.thaw()
        echoes = await asyncio.gather(*(pipeline.call(ECHO, ["k"], [n]) for n in range(50)))
        assert echoes == [["k", str(n), 1] for n in range(50)]

    run(server.url, scene)


def test_when_redis_dies_and_comes_back_so_does_the_pipeline(
    server: RedisServer, run: Callable[..., None]
) -> None:
    async def scene(pipeline: ScriptPipeline) -> None:
        assert await pipeline.call(COUNT, ["n"], []) == 1
        server.kill()
        for _ in range(2):
            with pytest.raises(ConnectionError):
                await pipeline.call(COUNT, ["n"], [])
        server.start()
        assert await pipeline.call(COUNT, ["n"], []) == 2
        told(server, "CLIENT", "KILL", "TYPE", "normal")
        await asyncio.sleep(0.05)
        assert await pipeline.call(COUNT, ["n"], []) == 3

    run(server.url, scene)


def test_whose_answer_is_lost_on_the_way_is_told_so(server: RedisServer, run: Callable[..., None]) -> None:
    async def scene(pipeline: ScriptPipeline) -> None:
        assert await pipeline.call(COUNT, ["n"], []) == 1
        proxy.cut_after(10 * len(b":12\r\n"))
        calls = [pipeline.call(COUNT, ["n"], []) for _ in range(50)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        told = [answer for answer in answers if isinstance(answer, int)]
        assert told == list(range(2, 2 + len(told)))
        assert 0 < len(told) < 50
        assert {type(answer) for answer in answers[len(told) :]} == {ConnectionError}
        assert await pipeline.call(COUNT, ["n"], []) == 52

    with CuttingProxy(server.port) as proxy:
        run(f"redis://127.0.0.1:{proxy.port}/0", scene)


def test_who_no_longer_waits_takes_nobodys_answer(redis_url: str, run: Callable[..., None]) -> None:
    async def scene(pipeline: ScriptPipeline) -> None:
        calls = [asyncio.create_task(pipeline.call(ECHO, ["k"], [n])) for n in range(20)]
        await asyncio.sleep(0)
        calls[3].cancel()
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert isinstance(answers.pop(3), asyncio.CancelledError)
        assert answers == [["k", str(n), 1] for n in range(20) if n != 3]

    run(redis_url, scene)


def test_password_and_database_are_those_of_the_url(server: RedisServer, run: Callable[..., None]) -> None:
    async def scene(pipeline: ScriptPipeline) -> None:
        assert await pipeline.call(COUNT, ["n"], []) == 1

    told(server, "CONFIG", "SET", "requirepass", "secret")
    run(f"redis://:secret@127.0.0.1:{server.port}/3", scene)
    with redis.Redis(port=server.port, password="secret", db=3) as client:
        assert client.get("n") == b"1"
