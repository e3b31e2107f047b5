using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace OrleansUploads.Testing;

/// <summary>Carries out requests and cuts their connections instead of answering, as a network does that fails at the worst
/// moment.</summary>
internal sealed class LostAnswers
{
    private readonly ConcurrentQueue<Func<HttpRequest, bool>> _awaited = [];

    /// <summary>Loses the answer to the next request that a condition accepts.</summary>
    public void Lose(Func<HttpRequest, bool> condition) => _awaited.Enqueue(condition);

    public async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        if (!_awaited.TryPeek(out var condition) || !condition(context.Request) || !_awaited.TryDequeue(out _))
        {
            await next(context);
            return;
        }

        var sent = context.Response.Body;
        context.Response.Body = Stream.Null;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = sent;
            context.Abort();
        }
    }
}
