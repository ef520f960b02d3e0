"""A step around each call of a function: plain, coroutine, generator, asynchronous generator."""

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from spanledger._internal.scope import StepScope

F = TypeVar("F", bound=Callable[..., object])


def with_step(new_scope: "Callable[[], StepScope]", function: F) -> F:
    """The function, with a step of its own around every call."""
    if inspect.isasyncgenfunction(function):
        return cast("F", _async_generator(new_scope, function))
    if inspect.isgeneratorfunction(function):
        return cast("F", _generator(new_scope, function))
    if inspect.iscoroutinefunction(function):
        return cast("F", _coroutine(new_scope, function))

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> object:
        with new_scope():
            return function(*args, **kwargs)

    return cast("F", call)


def _coroutine(new_scope: "Callable[[], StepScope]", function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> object:
        with new_scope():
            return await function(*args, **kwargs)

    return call


def _generator(new_scope: "Callable[[], StepScope]", function: Callable[..., Any]) -> Callable[..., Any]:
    """The step lasts from the first item to the last, and is current only while the generator's own code runs."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        scope = new_scope()
        step = scope.begin()
        inner = function(*args, **kwargs)
        advance: Callable[[], Any] = functools.partial(next, inner)
        try:
            while True:
                scope.enter(step)
                try:
                    item = advance()
                finally:
                    scope.leave()
                try:
                    sent = yield item
                except GeneratorExit:
                    inner.close()
                    raise
                except BaseException as thrown:  # noqa: BLE001 - it is handed on to the generator
                    advance = functools.partial(inner.throw, thrown)
                else:
                    advance = functools.partial(inner.send, sent)
        except StopIteration as stop:
            scope.end()
            return stop.value
        except BaseException as exception:
            scope.end(exception)
            raise

    return call


def _async_generator(new_scope: "Callable[[], StepScope]", function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        scope = new_scope()
        step = scope.begin()
        inner = function(*args, **kwargs)
        advance: Callable[[], Any] = inner.__anext__
        try:
            while True:
                scope.enter(step)
                try:
                    item = await advance()
                finally:
                    scope.leave()
                try:
                    sent = yield item
                except GeneratorExit:
                    await inner.aclose()
                    raise
                except BaseException as thrown:  # noqa: BLE001 - it is handed on to the generator
                    advance = functools.partial(inner.athrow, thrown)
                else:
                    advance = functools.partial(inner.asend, sent)
        except StopAsyncIteration:
            scope.end()
        except BaseException as exception:
            scope.end(exception)
            raise

    return call
